/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls on contents, at the server. All answer as handlers do (srv/server.h).
 */
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"
#include "srv/server.h"
#include "srv/store.h"

#define BYTES_MAX   ((uint64_t)STORE_BLOCKS << PAGE_SHIFT)

static bool is_regular(const struct store_file *file)
{
    return (file->mode & LINUX_S_IFMT) == LINUX_S_IFREG;
}

/* What caches have of it is out of date. */
static void changed(struct store_file *file)
{
    file->version++;
    file->last_writer = STORE_NOBODY;
    file->mtime_ns = time_of_day_ns();
    file->ctime_ns = file->mtime_ns;
}

void store_resize(struct store_file *file, uint64_t size)
{
    blocks_cut(file, size);
    file->size = size;
    changed(file);
}

int call_resize(const struct call *call, struct wire_message *answer)
{
    struct store_file *file;
    int error = call_file(call, &file);

    (void)answer;
    if (error != 0) {
        return error;
    }
    if (!is_regular(file)) {
        return -EISDIR;
    }
    if (call->msg.arg > BYTES_MAX) {
        return -EFBIG;
    }
    if (!holders_recall(file, false)) {
        return CALL_WAITS;
    }
    store_resize(file, call->msg.arg);
    return 0;
}

int call_times(const struct call *call, struct wire_message *answer)
{
    struct store_file *file;
    int64_t times[2];
    int error;

    (void)answer;
    if (call->length < sizeof(times)) {
        return -EINVAL;
    }
    memcpy(times, call->page, sizeof(times));
    if (call->msg.index == 0) {
        /* the path stands behind the times */
        struct call path = *call;
        static char text[2 * FS_PATH_MAX];

        path.length = call->length - sizeof(times);
        if (path.length > sizeof(text)) {
            return -ENAMETOOLONG;
        }
        memcpy(text, (const uint8_t *)call->page + sizeof(times),
               path.length);
        path.page = text;
        error = call_file(&path, &file);
    } else {
        error = call_file(call, &file);
    }
    if (error != 0) {
        return error;
    }
    /* the time of a change that is still under way comes with it */
    if (!holders_recall(file, false)) {
        return CALL_WAITS;
    }
    file->atime_ns = times[0] != INT64_MIN ? times[0] : file->atime_ns;
    file->mtime_ns = times[1] != INT64_MIN ? times[1] : file->mtime_ns;
    file->ctime_ns = time_of_day_ns();
    return 0;
}

/* -- without a cache -- */

/* The newest contents of a block are here, and out of the disk. */
static bool is_ready(struct store_file *file, uint32_t index, void **page)
{
    return holders_settle(file, index) &&
           block_read(file, index, page) == BLOCK_READY;
}

int call_get(const struct call *call, struct wire_message *answer)
{
    uint64_t offset = call->msg.arg;
    uint64_t within = offset & PAGE_MASK;
    uint64_t bytes = call->msg.aux;
    struct store_file *file;
    void *page;
    int error = call_file(call, &file);

    if (error != 0) {
        return error;
    }
    if (!holders_quiet(file, false, STORE_NOBODY)) {
        return CALL_WAITS;
    }
    if (offset >= file->size) {
        return 0;
    }
    if (!is_ready(file, (uint32_t)(offset >> PAGE_SHIFT), &page)) {
        return CALL_WAITS;
    }
    bytes = bytes < PAGE_SIZE - within ? bytes : PAGE_SIZE - within;
    bytes = bytes < file->size - offset ? bytes : file->size - offset;
    answer->page = page_alloc();
    if (answer->page == NULL) {
        return -ENOMEM;
    }
    if (page != NULL) {
        memcpy(answer->page, (const uint8_t *)page + within, bytes);
    }
    answer->length = (uint32_t)bytes;
    return 0;
}

/* The bytes are at most a page and may touch two blocks. */
int call_put(const struct call *call, struct wire_message *answer)
{
    struct store_file *file;
    uint64_t offset, end;
    void *page;
    int error = call_file(call, &file);

    if (error != 0) {
        return error;
    }
    if (!holders_quiet(file, true, STORE_NOBODY)) {
        return CALL_WAITS;
    }
    offset = call->msg.arg != UINT64_MAX ? call->msg.arg : file->size;
    end = offset + call->length;
    if (call->length == 0 || offset > BYTES_MAX || end > BYTES_MAX) {
        return call->length == 0 ? 0 : -EFBIG;
    }
    for (uint64_t at = offset & ~PAGE_MASK; at < end; at += PAGE_SIZE) {
        if (!is_ready(file, (uint32_t)(at >> PAGE_SHIFT), &page)) {
            return CALL_WAITS;
        }
    }
    for (uint64_t at = offset; at < end;) {
        uint64_t within = at & PAGE_MASK;
        uint64_t part = end - at < PAGE_SIZE - within ? end - at :
                                                        PAGE_SIZE - within;
        uint8_t *to = block_edit(file, (uint32_t)(at >> PAGE_SHIFT));

        if (to == NULL) {
            return -ENOSPC;
        }
        memcpy(to + within, (const uint8_t *)call->page + (at - offset), part);
        block_changed(file, (uint32_t)(at >> PAGE_SHIFT));
        at += part;
    }
    file->size = end > file->size ? end : file->size;
    changed(file);
    answer->msg.arg = offset;
    return 0;
}

int call_sync(const struct call *call, struct wire_message *answer)
{
    struct store_file *file;
    int error = call_file(call, &file);

    (void)answer;
    if (error != 0) {
        return error;
    }
    return store_is_settled(file) && file->dirty_count == 0 ? 0 : CALL_WAITS;
}

/* -- from caches -- */

int call_ask(const struct call *call, struct wire_message *answer)
{
    struct store_file *file;
    int error = call_file(call, &file);

    if (error != 0) {
        return error;
    }
    return holder_grant(file, call->msg.source, &answer->msg) ? 0 :
                                                                CALL_WAITS;
}

int call_read(const struct call *call, struct wire_message *answer)
{
    uint64_t index = call->msg.arg;
    struct store_file *file;
    void *page;
    int error = call_file(call, &file);

    if (error != 0 || index >= STORE_BLOCKS) {
        return error != 0 ? error : -EFBIG;
    }
    if (!is_ready(file, (uint32_t)index, &page)) {
        return CALL_WAITS;
    }
    if (page != NULL) {
        uint64_t left = file->size - (index << PAGE_SHIFT);

        page_get(page);
        answer->page = page;
        answer->length = file->size >= (index + 1) << PAGE_SHIFT ? PAGE_SIZE :
                         file->size > index << PAGE_SHIFT ? (uint32_t)left : 0;
    }
    return 0;
}
