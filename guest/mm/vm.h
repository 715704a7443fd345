/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address spaces: areas with a backing, demand-paged over Sv39.
 *
 * Invariant: a user mapping is writable only if its page counts as modified
 * (PTE_MODIFIED, arch/sv39.h), or will by the very store that faulted. So no
 * hardware dirty bit is needed.
 *
 * While pages.map_awaited is set nobody knows which pages of the process are
 * still elsewhere. Calls that take pages away (unmap, discard, remap, a lower
 * break, a mapping over another) then answer VM_REMOTE and change nothing: the
 * thread waits for the list. Later they erase the remote marks, and a page
 * that is not marked any more is refused when it comes (pages_ops.install).
 */
#ifndef MM_VM_H
#define MM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/codec.h"
#include "mm/pages.h"

#define VM_AREAS        128
#define USER_TOP        0x3fffff0000ul  /* first address no program can use */
#define USER_STACK_MAX  (8ul << 20)

enum vm_access { VM_READ = 1, VM_WRITE = 2, VM_EXEC = 4 };   /* also PROT_* */

/* Result of a fault or of a look at user memory, beside 0 and -errno: the page
 * is at another node. The thread has to sleep until it arrives, then the
 * instruction is run again. */
#define VM_REMOTE       1

/* What an area's absent pages are filled from. NULL: zeroes. Provided by fs;
 * `read` fills `bytes` bytes at `page`, with zeroes where the file is shorter,
 * and never blocks: 0 or -errno. `name` is the path, by which the other node
 * finds it again. */
struct backing;
struct backing_ops {
    int (*read)(struct backing *backing, uint64_t offset, void *page,
                size_t bytes);
    void (*get)(struct backing *backing);
    void (*put)(struct backing *backing);
    const char *(*name)(struct backing *backing);
    /* The backing called `name` with a reference, or NULL. */
    struct backing *(*open)(const char *name);
};
struct backing {
    const struct backing_ops *ops;
};
/* fs tells mm how to find a backing by name when an image is decoded. */
void vm_set_backing_ops(const struct backing_ops *ops);

struct area {
    uint64_t start;             /* page-aligned, start < end */
    uint64_t end;
    uint8_t prot;               /* enum vm_access */
    bool stack;                 /* of the first thread: USER_STACK_MAX bytes,
                                 * of which only touched pages exist */
    bool heap;                  /* the brk area */
    uint64_t offset;            /* of `start` in the backing */
    uint64_t file_end;          /* bytes of backing from `start`; then zeroes */
    struct backing *backing;
};

struct vm {
    struct pages pages;         /* object MB_OBJECT_SPACE, index = va >> 12 */
    uint64_t *root;             /* Sv39 top level; upper half is the kernel's */
    struct area areas[VM_AREAS];    /* sorted by start, no overlaps */
    uint32_t area_count;
    uint64_t brk_start;
    uint64_t brk;
    uint64_t page_count;        /* present user pages */
    uint64_t unused_gone;       /* taken away before they were used */
    uint64_t remote_address;    /* see vm_remote_address */
    bool watched;               /* see vm_watch */
    uint32_t watched_left;      /* accesses, for whoever watches */
    uint64_t unwatched[2];      /* addresses whose areas are left alone */
};

struct vm *vm_create(void);             /* NULL: no memory */
void vm_destroy(struct vm *vm);         /* NULL is fine */
void vm_activate(struct vm *vm);        /* satp; NULL: kernel only */
/* Does a small piece of the work that would otherwise have to be done when an
 * address space is created or gets its first pages; false: all is done. */
bool vm_prepare(void);
/* Between the two nothing of it has been done: for a move without the
 * technique `preallocated` (docs/techniques.md). */
void vm_hide_ready(void);
void vm_show_ready(void);

/* Maps [start, start + bytes) in place of what is there; with start 0 finds
 * room from the top down. Of `like` counts all but start and end. Takes its
 * own reference to backing. Returns the address, VM_REMOTE or -errno. */
int64_t vm_map(struct vm *vm, uint64_t start, uint64_t bytes,
               const struct area *like);
int vm_unmap(struct vm *vm, uint64_t start, uint64_t bytes);
int vm_protect(struct vm *vm, uint64_t start, uint64_t bytes, uint8_t prot);
/* madvise(DONTNEED): back to the backing. */
int vm_discard(struct vm *vm, uint64_t start, uint64_t bytes);
/* mremap: grows, shrinks or moves. VM_REMOTE while pages to move are remote.
 * Returns the address or -errno. */
int64_t vm_remap(struct vm *vm, uint64_t old, uint64_t old_bytes,
                 uint64_t new_bytes, bool may_move);
/* Sets the break as the Linux call does; returns the break now in force, or
 * VM_REMOTE, which is no break anybody can have. */
uint64_t vm_set_brk(struct vm *vm, uint64_t brk);
const struct area *vm_find(const struct vm *vm, uint64_t address);

/* Makes the page at address usable for `access`. 0, VM_REMOTE, -EFAULT (no
 * such right: SIGSEGV), -EIO (backing cannot be read: SIGBUS), -ENOMEM. */
int vm_fault(struct vm *vm, uint64_t address, enum vm_access access);
/* The last address for which vm_fault or a vm_user_* said VM_REMOTE. */
uint64_t vm_remote_address(const struct vm *vm);

/*
 * From now on each of the program's accesses to a page faults, whatever rights
 * there are, but for the areas around pc and sp; the kernel has access as ever.
 * For measurements.
 */
void vm_watch(struct vm *vm, uint64_t pc, uint64_t sp);
void vm_unwatch(struct vm *vm);
/* A present page that the program cannot access because it is watched; NULL: it
 * is not. *late: it came after vm_watch, from another node. */
void *vm_watched_page(struct vm *vm, uint64_t address, bool *late);

/* Of the pages that were marked as unused (mm/pages.h) those that the program
 * has not used, whether they are still there or not. */
uint64_t vm_unused_count(const struct vm *vm);

/* The areas and the break, not the pages. */
void vm_encode(const struct vm *vm, struct codec *c);
int vm_decode(struct vm *vm, struct codec *c);

/*
 * User memory from system calls. First *_check the whole range, which faults
 * everything in, and give up on anything but 0; then copies cannot fail until
 * the call ends, because nothing is ever evicted and no other thread runs.
 * So a system call either happens or has no effect at all, and can be run
 * again after a remote page has come.
 */
int vm_user_check(struct vm *vm, uint64_t address, uint64_t bytes,
                  enum vm_access access);
int vm_user_read(struct vm *vm, void *to, uint64_t from, uint64_t bytes);
int vm_user_write(struct vm *vm, uint64_t to, const void *from,
                  uint64_t bytes);
/* A NUL-terminated string: its length, -ENAMETOOLONG, -EFAULT, VM_REMOTE.
 * As VM_REMOTE is a valid length too, it is reported as -EAGAIN here. */
int vm_user_string(struct vm *vm, char *to, uint64_t from, size_t size);

#endif
