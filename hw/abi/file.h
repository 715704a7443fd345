/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nodes say to the file server and it to them (docs/files.md).
 *
 * A message of type MB_MSG_FILE has one of these numbers in `object`; what
 * else it says is noted as field: meaning. `index` is a file's number unless
 * something else is said: numbers begin at 1 and are never used again.
 */
#ifndef HW_ABI_FILE_H
#define HW_ABI_FILE_H

#include <stdint.h>

enum mb_file_message {
    /*
     * Calls of a thread. tag: names it, tid << 32 | number of its call, epoch:
     * of its process.
     * A path is text relative to /srv, without a NUL; a call on an open file
     * has no path but `index`. The answer has the same `object` and `tag`,
     * MB_FILE_ANSWER in `flags`, with MB_FILE_FAILED an errno in `aux`.
     */
    MB_FILE_OPEN = 1,       /* aux: flags of openat, arg: mode; a path.
                             * answer: as MB_FILE_ASK, the mode in index from
                             * bit MB_FILE_MODE_SHIFT on, in aux the number of
                             * the open file */
    MB_FILE_STAT = 2,       /* answer: struct mb_file_attributes */
    MB_FILE_LIST = 3,       /* arg: offset, aux: room. answer: entries as
                             * getdents64 has them, arg: next offset */
    MB_FILE_DIRECTORY = 4,  /* arg: mode; a path: make it */
    MB_FILE_REMOVE = 5,     /* arg: 1 if it is to be a directory; a path */
    MB_FILE_RENAME = 6,     /* arg: flags of renameat2, aux: bytes of the first
                             * path; two paths */
    MB_FILE_MODE = 7,       /* arg: mode */
    MB_FILE_TIMES = 8,      /* int64_t [2]: ns since 1970, INT64_MIN: leave */
    MB_FILE_RESIZE = 9,     /* arg: size */
    MB_FILE_GET = 10,       /* arg: offset, aux: room. Read without a cache */
    MB_FILE_PUT = 11,       /* arg: offset, UINT64_MAX: the end; the bytes.
                             * answer, arg: where they have been put */
    MB_FILE_SYNC = 12,      /* answered when all is on the disk */
    MB_FILE_CALLS,

    /* -- from a node that caches -- */
    /* epoch: version of what it has, UINT32_MAX: of nothing. The answer has
     * MB_FILE_ANSWER and MB_FILE_MAY_* in flags, size in arg and the version in
     * epoch; or MB_FILE_FAILED and an errno in aux */
    MB_FILE_ASK = 16,
    MB_FILE_READ = 17,      /* arg: number of the block. answer: its contents */
    MB_FILE_BLOCK = 18,     /* aux: number of a modified block, arg: size of
                             * the file, tag: when it was modified; contents */
    MB_FILE_CLOSED = 19,    /* arg: number of the open file */
    MB_FILE_MOVED = 20,     /* arg: number of an open file that is here now,
                             * aux: epoch of its process */
    MB_FILE_DIRTY = 21,     /* there are modified blocks of it here */
    MB_FILE_CLEAN = 22,     /* all of them have been sent */
    /* answers MB_FILE_RECALL: what it may no more. arg: size, tag: when it was
     * modified, flags: MB_FILE_HAS_SIZE, MB_FILE_FLUSHES */
    MB_FILE_RECALLED = 23,
    MB_FILE_FLUSHED = 24,   /* ... and here are no modified blocks any more */
    MB_FILE_HAS_NOT = 25,   /* answers MB_FILE_FETCH: aux: number of the block,
                             * which is not here any more */

    /* -- from the server -- */
    MB_FILE_RECALL = 32,    /* do not cache the file any more; flags:
                             * MB_FILE_DISCARD: its contents do not matter */
    MB_FILE_FETCH = 33,     /* send block `aux` now */
    MB_FILE_MESSAGES
};

#define MB_FILE_MODE_SHIFT  32

/* mb_msg.flags */
#define MB_FILE_ANSWER      (1u << 0)
#define MB_FILE_MAY_READ    (1u << 1)   /* keep clean blocks */
#define MB_FILE_MAY_WRITE   (1u << 2)   /* ... and modified ones */
#define MB_FILE_SHARED      (1u << 3)   /* every access goes to the server */
#define MB_FILE_NEW_VERSION (1u << 4)   /* what it has of the version before is
                                         * good, too */
#define MB_FILE_SETTLED     (1u << 5)   /* no node is flushing blocks of it */
#define MB_FILE_HAS_SIZE    (1u << 6)
#define MB_FILE_FLUSHES     (1u << 7)
/* bit 8 is MB_MSG_AGAIN */
#define MB_FILE_DISCARD     (1u << 9)
#define MB_FILE_FAILED      (1u << 10)

struct mb_file_attributes {
    uint64_t id;
    uint64_t size;
    int64_t atime_ns;           /* since 1970 */
    int64_t mtime_ns;
    int64_t ctime_ns;
    uint32_t mode;              /* as in st_mode */
    uint32_t nlink;
};
_Static_assert(sizeof(struct mb_file_attributes) == 48, "ABI");

#endif
