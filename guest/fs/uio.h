/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the bytes of a read or write go or come from: a list of pieces of user
 * memory, or one of kernel memory.
 */
#ifndef FS_UIO_H
#define FS_UIO_H

#include <stdint.h>

#include "include/uapi/linux-abi.h"
#include "mm/vm.h"
#include "proc/proc.h"

struct uio {
    struct thread *thread;              /* NULL: kernel memory */
    const struct linux_iovec *pieces;   /* piece_count of them */
    uint32_t piece_count;
    uint32_t piece;                     /* where the copies have come to */
    uint64_t within;
    uint64_t bytes;                     /* in all */
};

/* `thread` NULL: pieces are in kernel memory. -EINVAL: more than an ssize_t. */
int uio_init(struct uio *uio, struct thread *thread,
             const struct linux_iovec *pieces, uint32_t piece_count);

/* Makes the first `bytes` of it usable, so that copies cannot fail. Answers
 * like syscall_user(). */
int64_t uio_check(struct uio *uio, uint64_t bytes, enum vm_access access);

/* To and from the caller, one behind the other. */
void uio_put(struct uio *uio, const void *from, uint64_t bytes);
void uio_get(struct uio *uio, void *to, uint64_t bytes);
void uio_skip(struct uio *uio, uint64_t bytes);

#endif
