/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing open files of /srv.
 *
 * With a grant, blocks are read and written in the cache; those that are
 * missing are asked for, and the call is run again when they come. Without one
 * every piece goes to the server. Either way thread->restart says how far the
 * call has got: it may move, and the grant may change, in between.
 */
#include "fs/open_file.h"

#include "fs/content.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/plan.h"
#include "proc/syscall.h"
#include "proc/syscalls.h"
#include "srv/call.h"
#include "srv/client.h"
#include "srv/srv.h"

#define AHEAD_BLOCKS    8u          /* for a reader that goes on and on */
#define RANGE_BLOCKS    32u         /* of one call, asked for at a time */

/* The kernel is never re-entered: one piece at a time. */
static uint8_t bounce[PAGE_SIZE];

static struct client_file *file_of(const struct file *file)
{
    struct client_file *client = client_find(file->node.index);

    kassert(client != NULL);
    return client;
}

/* How far a call that began at `offset` has got. */
static struct restart *begin(struct thread *thread, uint64_t offset)
{
    struct restart *restart = &thread->restart;

    if (!restart->begun) {
        restart->begun = true;
        restart->offset = offset;
        restart->done = 0;
    }
    return restart;
}

/* An error after some bytes is for the next call. */
static int64_t end(const struct restart *restart, int64_t result)
{
    return result < 0 && result != SYSCALL_RESTART && restart->done > 0 ?
           (int64_t)restart->done : result;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How many of `left` bytes are in the block of an offset. */
static uint64_t in_block(uint64_t offset, uint64_t left)
{
    return least(left, PAGE_SIZE - (offset & PAGE_MASK));
}

static int64_t wait_for_room(struct thread *thread)
{
    if (!cache_makes_room()) {
        return -ENOSPC;
    }
    client_wait(thread, CLIENT_ROOM);
    return SYSCALL_RESTART;
}

/* -- with a grant -- */

/* Asks for what is missing from `index` on, up to block `end` of the file. */
static void read_ahead(struct client_file *file, uint64_t index, uint64_t end)
{
    uint64_t last = (file->size + PAGE_MASK) >> PAGE_SHIFT;

    end = least(least(end, last), index + RANGE_BLOCKS);
    while (index < end && cache_request(file, (uint32_t)index)) {
        index++;
    }
}

/* The block is in the cache, with its contents: 0 with *block. */
static int64_t get_block(struct thread *thread, struct client_file *file,
                         uint64_t index, uint64_t end,
                         struct client_block **block)
{
    *block = cache_find(file, (uint32_t)index);
    if (*block == NULL) {
        if (!cache_request(file, (uint32_t)index)) {
            return wait_for_room(thread);
        }
        read_ahead(file, index + 1, end);
        *block = cache_find(file, (uint32_t)index);
    }
    if (*block == NULL || (*block)->page == NULL) {
        client_wait(thread, file->id);
        return SYSCALL_RESTART;
    }
    cache_use(*block);
    return 0;
}

static int64_t read_cached(struct client_file *file, struct thread *thread,
                           struct uio *uio, uint64_t offset)
{
    struct restart *restart = begin(thread, offset);
    uint64_t left = file->size > offset ? file->size - offset : 0;
    uint64_t bytes = least(uio->bytes, left);
    uint64_t last = (offset + bytes + PAGE_MASK) >> PAGE_SHIFT;
    int64_t result = uio_check(uio, bytes, VM_WRITE);

    if (result != 0) {
        return result;
    }
    if (offset == file->expected_offset) {
        last += AHEAD_BLOCKS;
    }
    uio_skip(uio, least(restart->done, bytes));
    while (restart->done < bytes) {
        uint64_t at = offset + restart->done;
        uint64_t part = in_block(at, bytes - restart->done);
        struct client_block *block;

        result = get_block(thread, file, at >> PAGE_SHIFT, last, &block);
        if (result != 0) {
            return result;
        }
        uio_put(uio, (const uint8_t *)block->page + (at & PAGE_MASK), part);
        restart->done += part;
    }
    file->expected_offset = offset + bytes;
    return (int64_t)restart->done;
}

/* A block that is going to be written; its old contents are only needed if
 * some of them stay, or if another node may still send them. */
static int64_t get_block_to_write(struct thread *thread,
                                  struct client_file *file, uint64_t at,
                                  uint64_t part, struct client_block **block)
{
    uint64_t index = at >> PAGE_SHIFT;
    uint64_t start = index << PAGE_SHIFT;
    bool whole = at == start &&
                 (part == PAGE_SIZE || at + part >= file->size);

    *block = cache_find(file, (uint32_t)index);
    if (*block != NULL ||
        (start < file->size && !(whole && file->settled))) {
        return get_block(thread, file, index, index + 1, block);
    }
    *block = cache_add(file, (uint32_t)index);
    return *block != NULL ? 0 : wait_for_room(thread);
}

static int64_t write_cached(struct client_file *file, struct thread *thread,
                            struct uio *uio, uint64_t offset, bool append)
{
    struct restart *restart = begin(thread, offset);
    int64_t result = uio_check(uio, uio->bytes, VM_READ);

    if (result != 0) {
        return result;
    }
    if (append) {
        /* others may have been at it while this waited for the block */
        restart->offset = file->size - restart->done;
        offset = restart->offset;
    }
    uio_skip(uio, restart->done);
    while (restart->done < uio->bytes) {
        uint64_t at = offset + restart->done;
        uint64_t part = in_block(at, uio->bytes - restart->done);
        struct client_block *block;
        uint8_t *page;

        result = get_block_to_write(thread, file, at, part, &block);
        if (result != 0) {
            return result;
        }
        page = cache_edit(block);
        if (page == NULL) {
            return -ENOSPC;
        }
        uio_get(uio, page + (at & PAGE_MASK), part);
        file->mtime_ns = time_of_day_ns();
        file->size = at + part > file->size ? at + part : file->size;
        restart->done += part;
        cache_modified(block);
    }
    return (int64_t)restart->done;
}

/* -- through the server -- */

static int64_t read_through(const struct client_file *file,
                            struct thread *thread, struct uio *uio,
                            uint64_t offset)
{
    struct restart *restart = begin(thread, offset);
    int64_t result = uio_check(uio, uio->bytes, VM_WRITE);

    uio_skip(uio, restart->done);
    while (result == 0 && restart->done < uio->bytes) {
        struct mb_msg msg =
            wire_message(plan_file_server(), MB_FILE_GET, file->id).msg;
        struct call_answer *answer;
        uint32_t length;

        msg.arg = offset + restart->done;
        msg.aux = (uint32_t)in_block(msg.arg, uio->bytes - restart->done);
        result = call_make(thread, &msg, NULL, 0, &answer);
        if (result != 0) {
            return result;
        }
        length = answer->length < msg.aux ? answer->length : msg.aux;
        if (length > 0) {
            uio_put(uio, answer->page, length);
        }
        call_finish(answer);
        restart->done += length;
        if (length < msg.aux) {
            break;
        }
    }
    return result != 0 ? result : (int64_t)restart->done;
}

static int64_t write_through(const struct client_file *file,
                             struct thread *thread, struct uio *uio,
                             uint64_t offset, bool append)
{
    struct restart *restart = begin(thread, offset);
    int64_t result = uio_check(uio, uio->bytes, VM_READ);

    uio_skip(uio, restart->done);
    while (result == 0 && restart->done < uio->bytes) {
        struct mb_msg msg =
            wire_message(plan_file_server(), MB_FILE_PUT, file->id).msg;
        uint64_t at = restart->offset + restart->done;
        uint64_t left = uio->bytes - restart->done;
        uint64_t part = append ? least(left, PAGE_SIZE) : in_block(at, left);
        struct call_answer *answer;

        msg.arg = append ? UINT64_MAX : at;
        uio_get(uio, bounce, part);
        result = call_make(thread, &msg, bounce, (uint32_t)part, &answer);
        if (result != 0) {
            return result;
        }
        restart->offset = answer->msg.arg - restart->done;
        restart->done += part;
        call_finish(answer);
    }
    return result != 0 ? result : (int64_t)restart->done;
}

/* -- operations -- */

static int64_t served_read(struct file *open, struct thread *thread,
                           struct uio *uio, uint64_t offset)
{
    struct client_file *file = file_of(open);
    int64_t result = 0;

    if (thread->restart.call == 0) {
        result = client_access(thread, file, false);
    }
    if (result == 0) {
        result = thread->restart.call != 0 || file->grant == GRANT_SHARED ?
                 read_through(file, thread, uio, offset) :
                 read_cached(file, thread, uio, offset);
    }
    return end(&thread->restart, result);
}

static int64_t served_write(struct file *open, struct thread *thread,
                            struct uio *uio, uint64_t offset)
{
    struct client_file *file = file_of(open);
    bool append = (open->flags & LINUX_O_APPEND) != 0;
    int64_t result = 0;

    if (uio->bytes == 0) {
        return 0;
    }
    if (offset > CONTENT_BYTES_MAX ||
        uio->bytes > CONTENT_BYTES_MAX - offset) {
        return -EFBIG;
    }
    if (thread->restart.call == 0) {
        result = client_access(thread, file, true);
    }
    if (result == 0) {
        result = thread->restart.call != 0 || file->grant == GRANT_SHARED ?
                 write_through(file, thread, uio, offset, append) :
                 write_cached(file, thread, uio, offset, append);
    }
    return end(&thread->restart, result);
}

static int64_t served_size(struct file *open, struct thread *thread,
                           uint64_t *size)
{
    struct client_file *file = file_of(open);
    const struct mb_msg msg =
        wire_message(plan_file_server(), MB_FILE_STAT, file->id).msg;
    struct call_answer *answer;
    int64_t result = 0;

    if (thread->restart.call == 0) {
        result = client_access(thread, file, false);
        *size = file->size;
        if (result != 0 || file->grant != GRANT_SHARED) {
            return result;
        }
    }
    result = call_make(thread, &msg, NULL, 0, &answer);
    if (result == 0) {
        *size = ((const struct mb_file_attributes *)answer->page)->size;
        call_finish(answer);
    }
    return result;
}

static int64_t served_resize(struct file *open, struct thread *thread,
                             uint64_t size)
{
    struct mb_msg msg = wire_message(plan_file_server(), MB_FILE_RESIZE,
                                     open->node.index).msg;

    msg.arg = size;
    return call_simply(thread, &msg, NULL, 0);
}

static int64_t served_sync(struct file *open, struct thread *thread)
{
    struct client_file *file = file_of(open);
    const struct mb_msg msg =
        wire_message(plan_file_server(), MB_FILE_SYNC, file->id).msg;

    if (thread->restart.call == 0 &&
        outbox_start(file, MB_FILE_FLUSH_SYNC)) {
        client_wait(thread, file->id);
        return SYSCALL_RESTART;
    }
    return call_simply(thread, &msg, NULL, 0);
}

const struct file_ops served_ops = {
    .seekable = true,
    .read = served_read,
    .write = served_write,
    .size = served_size,
    .resize = served_resize,
    .sync = served_sync,
};
