/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paged objects: what an address space and a file's contents have in common,
 * so that migration moves both with the same code.
 *
 * A page of an object is absent (untouched: zero-filled or read from its
 * backing on first use), present, or remote: its contents are at the node the
 * process came from. A present page is modified if its contents are nowhere
 * but here, clean if its backing (a file of the RAM disk) has them too.
 *
 * While the process runs and its pages travel ahead, `changes` notes what
 * becomes of them. A modified page of which a copy has been sent counts as
 * clean until it is written again.
 */
#ifndef MM_PAGES_H
#define MM_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGES_ADOPT 512u        /* pages of one table */

struct changes;
struct pages;

struct pages_ops {
    /* The first present page at or above *index: returns its contents and
     * stores its index and whether it is modified; NULL when there is none. */
    void *(*next)(struct pages *pages, uint64_t *index, bool *modified);
    /* The same downwards: the last present page below *index. */
    void *(*previous)(struct pages *pages, uint64_t *index, bool *modified);
    /* The first run of neighbours in [*index, end) that are present and
     * modified: stores the index of the first and returns how many there are,
     * some of a longer run; 0 when there is none. */
    uint32_t (*next_run)(struct pages *pages, uint64_t *index, uint64_t end);
    /* The contents of `count` neighbours from index on, all of them present. */
    void (*contents)(struct pages *pages, uint64_t index, uint32_t count,
                     void **page);
    /* How many pages are present. */
    uint64_t (*count)(struct pages *pages);
    /* The contents of one page if it is present, else NULL. */
    void *(*find)(struct pages *pages, uint64_t index, bool *modified);
    /* Puts a page in place and takes over the caller's reference. Fails with
     * -EEXIST (present already), -ENOENT (nothing mapped there), -ENOMEM;
     * the reference then stays the caller's. Removes a remote mark. */
    int (*install)(struct pages *pages, uint64_t index, void *page,
                   bool modified);
    /* The same for the modified pages of `count` places from index on, which
     * are all in one of PAGES_ADOPT, before the process has run: those taken
     * over become NULL. -ENOMEM. */
    int (*adopt)(struct pages *pages, uint64_t index, void **entries,
                 uint32_t count);
    /* Does beforehand what install would have to do beside putting the page
     * in place; failing that, install does it. NULL: nothing to do. */
    void (*prepare)(struct pages *pages, uint64_t index);
    /* Marks `count` absent pages from index on as remote. Pages that are
     * present or not mapped are left alone. -ENOMEM, -EINVAL. */
    int (*mark_remote)(struct pages *pages, uint64_t index, uint32_t count);
    bool (*is_remote)(struct pages *pages, uint64_t index);
    /* Whether any page is, or may be, at another node. */
    bool (*awaits)(struct pages *pages);
    /* A copy of this modified page is sent: the next write is noted. */
    void (*mark_sent)(struct pages *pages, uint64_t index);
    /* The copies of `count` pages from index on are worth nothing. */
    void (*forget_sent)(struct pages *pages, uint64_t index, uint32_t count);
    /* A present page counts as unused until the program accesses it, or the
     * kernel for the program. NULL: that is not noted. */
    void (*mark_unused)(struct pages *pages, uint64_t index);
    /* Frees a present page: the old host has handed it over. */
    void (*drop)(struct pages *pages, uint64_t index);
};

/* Base of struct vm and of a file's contents. */
struct pages {
    const struct pages_ops *ops;
    uint32_t object;            /* MB_OBJECT_* : its number in messages */
    /* Set while the process is moving in and the list of remote pages has not
     * come yet: every absent page might be remote. */
    bool map_awaited;
    struct changes *changes;    /* NULL: nobody wants to know */
};

#endif
