/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scattered reads and writes, see uio.h.
 */
#include "fs/uio.h"

#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "proc/syscall.h"

int uio_init(struct uio *uio, struct thread *thread,
             const struct linux_iovec *pieces, uint32_t piece_count)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < piece_count; i++) {
        if (pieces[i].bytes > INT64_MAX - bytes) {
            return -EINVAL;
        }
        bytes += pieces[i].bytes;
    }
    *uio = (struct uio) {
        .thread = thread,
        .pieces = pieces,
        .piece_count = piece_count,
        .bytes = bytes < LINUX_RW_MAX ? bytes : LINUX_RW_MAX,
    };
    return 0;
}

int64_t uio_check(struct uio *uio, uint64_t bytes, enum vm_access access)
{
    for (uint32_t i = 0; i < uio->piece_count && bytes > 0; i++) {
        const struct linux_iovec *piece = &uio->pieces[i];
        uint64_t part = piece->bytes < bytes ? piece->bytes : bytes;

        if (uio->thread != NULL && part > 0) {
            int64_t result = syscall_user(uio->thread,
                vm_user_check(uio->thread->proc->vm, piece->base, part,
                              access));
            if (result != 0) {
                return result;
            }
        }
        bytes -= part;
    }
    return 0;
}

/* The next piece of at most `bytes`; moves on behind it. */
static uint64_t next_part(struct uio *uio, uint64_t bytes, uint64_t *address)
{
    const struct linux_iovec *piece = &uio->pieces[uio->piece];
    uint64_t part;

    while (uio->within == piece->bytes) {
        kassert(uio->piece + 1 < uio->piece_count);
        uio->piece++;
        uio->within = 0;
        piece++;
    }
    part = piece->bytes - uio->within;
    part = part < bytes ? part : bytes;
    *address = piece->base + uio->within;
    uio->within += part;
    return part;
}

void uio_skip(struct uio *uio, uint64_t bytes)
{
    while (bytes > 0) {
        uint64_t address;

        bytes -= next_part(uio, bytes, &address);
    }
}

void uio_put(struct uio *uio, const void *from, uint64_t bytes)
{
    while (bytes > 0) {
        uint64_t address;
        uint64_t part = next_part(uio, bytes, &address);

        if (uio->thread == NULL) {
            memcpy((void *)address, from, part);
        } else if (vm_user_write(uio->thread->proc->vm, address, from,
                                 part) != 0) {
            panic("user memory vanished at %lx", address);
        }
        from = (const uint8_t *)from + part;
        bytes -= part;
    }
}

void uio_get(struct uio *uio, void *to, uint64_t bytes)
{
    while (bytes > 0) {
        uint64_t address;
        uint64_t part = next_part(uio, bytes, &address);

        if (uio->thread == NULL) {
            memcpy(to, (const void *)address, part);
        } else if (vm_user_read(uio->thread->proc->vm, to, address,
                                part) != 0) {
            panic("user memory vanished at %lx", address);
        }
        to = (uint8_t *)to + part;
        bytes -= part;
    }
}
