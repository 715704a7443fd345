/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server has: a tree of files, their blocks, and who uses them.
 *
 * The contents of the disk are in the server's memory: a block has one page,
 * whether it is in the server's cache or only on the disk. What the cache and
 * the disk make of it is time (srv/blocks.c).
 *
 * A file has one name. Without a name it lives as long as it is open anywhere.
 */
#ifndef SRV_STORE_H
#define SRV_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/page_tree.h"
#include "fs/pathname.h"
#include "hw/abi/file.h"
#include "hw/abi/ring.h"

/* What a node may do with a file. */
enum grant {
    GRANT_NONE,                 /* it has to ask */
    GRANT_READ,                 /* keep clean blocks */
    GRANT_WRITE,                /* ... and modified ones */
    GRANT_SHARED,               /* nothing: all accesses go to the server */
};

/* A node that has, or had, to do with a file. */
struct holder {
    struct holder *next;
    uint32_t node;
    int32_t opens;
    int32_t writes;             /* of these for writing */
    enum grant grant;
    bool recalled;              /* RECALLED has not come yet */
    bool dirty;                 /* it has said that it has modified blocks */
    bool flushing;              /* they are coming, up to FLUSHED */
    /* while it is flushing, by block: NULL, asked for, or settled: what comes
     * of this block from now on is out of date */
    struct page_tree settled;
};

struct store_block {
    struct store_block *older, *newer;  /* in the order of use, if cached */
    void *page;
    uint64_t place;             /* on the disk */
    struct disk_work *work;     /* in the disk's queue, or at it */
    bool cached;
    bool dirty;                 /* newer than what the disk has, or is getting */
};

struct store_file {             /* a page */
    uint32_t id;
    uint32_t mode;
    struct store_file *parent;
    struct store_file *child;   /* of a directory: in the order of creation */
    struct store_file *next;    /* ... of its directory */
    uint64_t order;             /* of creation: place in a listing */
    uint32_t child_count;
    bool named;
    uint64_t size;
    int64_t atime_ns, mtime_ns, ctime_ns;   /* since 1970 */
    uint32_t version;           /* of its contents, as caches count */
    uint32_t last_writer;       /* node that made it; STORE_NOBODY */
    struct holder *holders;
    struct page_tree blocks;    /* of struct store_block */
    uint32_t dirty_count;       /* blocks that are not on the disk */
    char name[FS_NAME_MAX + 1];
};

#define STORE_NOBODY    UINT32_MAX
/* A path that begins so goes on with the number of a file. */
#define STORE_BY_ID     '\1'

#define STORE_BLOCKS    (1u << 18)  /* of a file: 1 GiB */

/* -- files and names (store.c); paths are relative to the root -- */
void store_init(void);          /* takes what the RAM disk has below /srv */
struct store_file *store_find(uint32_t id);             /* NULL: it is gone */
/* 0 or -errno. *parent, *name: where the last component is, or would be; *file
 * NULL: it does not exist. The root has no parent. */
int store_walk(const char *path, size_t bytes, struct store_file **parent,
               const char **name, struct store_file **file);
/* NULL: no memory. */
struct store_file *store_create(struct store_file *parent, const char *name,
                                uint32_t mode);
/* Takes the name away; frees the file if nothing keeps it. */
void store_unname(struct store_file *file);
void store_rename(struct store_file *file, struct store_file *parent,
                  const char *name);
/* Sets its size; nobody may have the file. */
void store_resize(struct store_file *file, uint64_t size);
/* Frees it if it has no name and nobody has it open. */
void store_reap(struct store_file *file);
/* All files, in any order: NULL is the first. */
struct store_file *store_next(const struct store_file *file);

/* -- blocks (blocks.c) -- */
void blocks_init(void);
enum block_state { BLOCK_READY, BLOCK_COMING };
/* A block that is to be read. COMING: the disk will call serve_again(). *page:
 * its contents, NULL: it is all zeroes. */
enum block_state block_read(struct store_file *file, uint32_t index,
                            void **page);
/* New contents, of which the page is taken over by reference; -ENOSPC. */
int block_write(struct store_file *file, uint32_t index, void *page);
/* The contents, to be changed in place; NULL: no memory or disk left. */
void *block_edit(struct store_file *file, uint32_t index);
/* They have been changed: to the disk with them. */
void block_changed(struct store_file *file, uint32_t index);
/* Frees it, if it is there. */
void block_drop(struct store_file *file, uint32_t index);
/* Frees what lies behind the size, zeroes the rest of the last block. */
void blocks_cut(struct store_file *file, uint64_t size);

/* -- holders (holders.c) -- */
struct holder *holder_find(const struct store_file *file, uint32_t node);
struct holder *holder_make(struct store_file *file, uint32_t node);
/* Opens of a file go up or down. */
void holder_count(struct store_file *file, uint32_t node, int32_t opens,
                  int32_t writes);
bool store_is_open(const struct store_file *file);
void holders_free(struct store_file *file);
/* From DIRTY to CLEAN or FLUSHED. */
void holder_set_dirty(struct holder *holder, bool dirty);
void holder_recalled(struct store_file *file, struct holder *holder,
                     const struct mb_msg *msg);
void holder_flushed(struct holder *holder);
/* Whether a modified block that has come from it counts. */
bool holder_takes(const struct store_file *file, struct holder *holder,
                  uint32_t index);
void holder_free(struct store_file *file, struct holder *holder);
/* No node is flushing blocks of it. */
bool store_is_settled(const struct store_file *file);
/*
 * Lets `node` use the file as its opens want it, and says so in the answer.
 * False: other nodes have to give something back first.
 */
bool holder_grant(struct store_file *file, uint32_t node,
                  struct mb_msg *answer);
/* Takes the file back from all nodes, what they have modified included unless
 * `discard`. False: not all is here yet. */
bool holders_recall(struct store_file *file, bool discard);
/* Takes the right to write, and with `readers` that to read, from all caches
 * but that of a node. What they have modified is then here or settled block by
 * block. False: one has not answered yet. */
bool holders_quiet(struct store_file *file, bool readers, uint32_t except);
/* Takes the newest contents of a block from whoever has them. False: they are
 * not here yet. */
bool holders_settle(struct store_file *file, uint32_t index);

#endif
