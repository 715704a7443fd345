/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node keeps of the files of /srv: blocks, and what it may do with them.
 *
 * A file is here while a process of this node has it open, or blocks of it are
 * cached, or modified ones are still to be sent. docs/files.md has the rules.
 */
#ifndef SRV_CLIENT_H
#define SRV_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/page_tree.h"
#include "hw/abi/ring.h"
#include "hw/abi/trace.h"
#include "proc/proc.h"
#include "srv/store.h"

struct client_file;

struct client_block {
    struct client_block *chain;             /* in its hash bucket */
    struct client_block *older, *newer;     /* in the order of use */
    struct client_file *file;
    uint32_t index;
    bool dirty;
    void *page;                 /* NULL: asked for */
};

/* Modified blocks on their way to the server, in the order of their numbers;
 * a page belongs to the message once it is sent. */
struct outbox {
    struct page_tree pages;
    uint32_t count;             /* not sent yet */
    bool sending;               /* one is on the wire, or about to be */
    bool recalled;              /* FLUSHED follows the last */
    uint32_t reason;            /* enum mb_file_flush */
    uint32_t sent;              /* for the trace */
    uint64_t begun_ns;
};

struct client_file {
    struct client_file *next;
    uint32_t id;
    uint32_t refs;              /* open files of this node's processes */
    enum grant grant;
    bool asked;                 /* ASK is under way */
    bool settled;               /* no other node flushes blocks of it */
    bool gone;                  /* the server does not have it any more */
    bool recall_waits;          /* until the outbox is empty */
    bool recall_discards;
    uint32_t version;           /* of what is cached */
    uint64_t size;
    int64_t mtime_ns;           /* of the last change here */
    uint32_t block_count;
    uint32_t dirty_count;
    uint64_t dirty_since_ns;
    struct outbox *outbox;      /* NULL: nothing is being sent */
    uint64_t expected_offset;   /* where a sequential reader goes on */
};

/* -- files (client.c) -- */
void client_init(void);
/* From the server; the server is lost. */
void client_receive(const struct mb_msg *msg, void *page, uint32_t length);
void client_cut_off(void);
struct client_file *client_find(uint32_t id);
struct client_file *client_make(uint32_t id);
/* Frees what nothing keeps here any more. */
void client_reap(struct client_file *file);
struct client_file *client_next(const struct client_file *file);
/* The server is given up: all calls answer -EIO. */
bool client_is_cut_off(void);
/* Something is expected of the server, or has come. */
void client_expect(void);
void client_settle(void);
/* Says something about the file to the server. */
void client_tell(uint32_t id, enum mb_file_message what, uint64_t arg);
/*
 * What the thread may do with the file. 0: it has a grant that covers the
 * access; SYSCALL_RESTART: it waits for one; -EIO.
 */
int64_t client_access(struct thread *thread, struct client_file *file,
                      bool writes);
/* For something about a file, or CLIENT_ROOM: for room in the cache. */
void client_wait(struct thread *thread, uint32_t id);
void client_wake(uint32_t id);
#define CLIENT_ROOM     0u
/* A grant has come, with an open or an ASK. */
void client_granted(struct client_file *file, const struct mb_msg *answer);

/* -- blocks (cache.c) -- */
void cache_init(void);
struct client_block *cache_find(const struct client_file *file,
                                uint32_t index);
/* Asks the server for a block unless it is on its way. False: no room now. */
bool cache_request(struct client_file *file, uint32_t index);
/* A new block, all zeroes. NULL: no room now; some is being made. */
struct client_block *cache_add(struct client_file *file, uint32_t index);
/* Its page, to be changed; NULL: no memory. */
void *cache_edit(struct client_block *block);
void cache_use(struct client_block *block);
void cache_modified(struct client_block *block);
void cache_arrived(struct client_file *file, uint32_t index, void *page);
/* The server has it, or is going to. */
void cache_clean(struct client_block *block);
/* The next modified block of a file; NULL is the first, and behind the last. */
struct client_block *cache_next_dirty(const struct client_file *file,
                                      struct client_block *block);
/* There will be room when some of what is under way has come. */
bool cache_makes_room(void);
/* Forgets the blocks of a file; its modified ones, too. */
void cache_drop(struct client_file *file);

/* -- sending modified blocks (outbox.c) -- */
/* Of all that is modified now. False: there is nothing. */
bool outbox_start(struct client_file *file, enum mb_file_flush reason);
/* RECALL. */
void outbox_recall(struct client_file *file, bool discard);
/* FETCH: sends the block ahead of the others, if it is still here. */
void outbox_fetch(uint32_t id, uint32_t index);
void outbox_free(struct client_file *file);
bool outbox_any(void);
/* Tells who waits for the end of a flush. */
void outbox_tell(void);
/* The page of a block that has not been sent, or NULL. */
void *outbox_page(const struct client_file *file, uint32_t index);
/* The first block of a file has been modified: it is going to be sent. */
void outbox_schedule(struct client_file *file);
void outbox_init(void);

#endif
