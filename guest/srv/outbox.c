/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modified blocks on their way to the server: written back after a while, for
 * fsync, for room, for a process that has left, or because the server has
 * recalled the file.
 *
 * One block is on the wire at a time, so that whatever else the node has to
 * say goes in between. A block that the server asks for goes first.
 */
#include "srv/client.h"

#include "drivers/migbridge.h"
#include "mm/page.h"
#include "proc/plan.h"
#include "proc/syscalls.h"
#include "proc/timer.h"
#include "srv/srv.h"
#include "srv/pool.h"
#include "srv/wire.h"

static struct pool pool = POOL_OF(struct outbox);
static struct timer timer;
static uint32_t in_use;
static void (*on_flushed)(void);

void srv_on_flushed(void (*flushed)(void))
{
    on_flushed = flushed;
}

void outbox_tell(void)
{
    if (on_flushed != NULL) {
        on_flushed();
    }
}

bool outbox_any(void)
{
    return in_use > 0;
}

/* -- what is in it -- */

void *outbox_page(const struct client_file *file, uint32_t index)
{
    void **entry = file->outbox != NULL && !file->outbox->recalled ?
                   page_tree_find(&file->outbox->pages, index) : NULL;

    return entry != NULL ? *entry : NULL;
}

static struct outbox *make(struct client_file *file,
                           enum mb_file_flush reason)
{
    struct outbox *outbox = file->outbox;

    if (outbox == NULL) {
        outbox = pool_get(&pool);
        if (outbox == NULL) {
            return NULL;
        }
        outbox->reason = reason;
        outbox->begun_ns = time_now_ns();
        file->outbox = outbox;
        in_use++;
    }
    return outbox;
}

/* Moves all that is modified from the cache. */
static void fill(struct client_file *file)
{
    struct outbox *outbox = file->outbox;
    struct client_block *block = NULL;

    while ((block = cache_next_dirty(file, block)) != NULL) {
        void **entry = page_tree_make(&outbox->pages, block->index);

        if (entry == NULL) {
            return;             /* no memory: the rest goes the next time */
        }
        if (*entry != NULL) {
            page_put(*entry);   /* older contents, not sent yet */
        } else {
            outbox->count++;
        }
        page_get(block->page);
        *entry = block->page;
        cache_clean(block);
    }
}

void outbox_free(struct client_file *file)
{
    struct outbox *outbox = file->outbox;
    uint64_t index = 0;
    void **entry;

    if (outbox == NULL) {
        return;
    }
    while ((entry = page_tree_next(&outbox->pages, &index,
                                   STORE_BLOCKS)) != NULL) {
        page_put(*entry);
        *entry = NULL;
    }
    page_tree_finish(&outbox->pages);
    file->outbox = NULL;
    in_use--;
    pool_put(&pool, outbox);
}

/* -- sending -- */

static void block_left(void *owner);

static void send(struct client_file *file, uint32_t index, void **entry,
                 bool paced)
{
    struct wire_message message =
        wire_message(plan_file_server(), MB_FILE_BLOCK, file->id);
    uint64_t start = (uint64_t)index << PAGE_SHIFT;
    uint64_t left = file->size > start ? file->size - start : PAGE_SIZE;

    message.msg.aux = index;
    message.msg.arg = file->size;
    message.msg.tag = (uint64_t)file->mtime_ns;
    message.page = *entry;
    message.length = left < PAGE_SIZE ? (uint32_t)left : PAGE_SIZE;
    if (paced) {
        message.left = block_left;
        message.owner = (void *)(uintptr_t)file->id;
    }
    *entry = NULL;
    file->outbox->count--;
    file->outbox->sent++;
    wire_send(&message);
}

/* The file may be gone afterwards. */
static void finish(struct client_file *file)
{
    struct outbox *outbox = file->outbox;
    uint32_t id = file->id;

    bridge_trace(MB_TRACE_FILE_FLUSH, 0, 0, id, outbox->sent, outbox->reason,
                 outbox->begun_ns);
    if (outbox->recalled) {
        client_tell(id, MB_FILE_FLUSHED, 0);
    } else if (file->dirty_count == 0) {
        client_tell(id, MB_FILE_CLEAN, 0);
    }
    outbox_free(file);
    client_wake(id);
    client_wake(CLIENT_ROOM);
    if (file->recall_waits) {
        file->recall_waits = false;
        outbox_recall(file, file->recall_discards);
    } else {
        client_reap(file);
    }
    outbox_tell();
}

/* Sends the next one, or is done. */
static void pump(struct client_file *file)
{
    struct outbox *outbox = file->outbox;
    uint64_t index = 0;
    void **entry;

    if (outbox == NULL || outbox->sending) {
        return;
    }
    entry = outbox->count > 0 ?
            page_tree_next(&outbox->pages, &index, STORE_BLOCKS) : NULL;
    if (entry == NULL) {
        finish(file);
        return;
    }
    outbox->sending = true;
    send(file, (uint32_t)index, entry, true);
}

static void block_left(void *owner)
{
    struct client_file *file = client_find((uint32_t)(uintptr_t)owner);

    if (file != NULL && file->outbox != NULL) {
        file->outbox->sending = false;
        pump(file);
    }
}

bool outbox_start(struct client_file *file, enum mb_file_flush reason)
{
    if (file->outbox != NULL) {
        return true;            /* what is modified since goes after it */
    }
    if (file->dirty_count == 0 || client_is_cut_off() ||
        make(file, reason) == NULL) {
        return false;
    }
    fill(file);
    pump(file);
    return true;
}

void outbox_fetch(uint32_t id, uint32_t index)
{
    struct client_file *file = client_find(id);
    void **entry = file != NULL && file->outbox != NULL ?
                   page_tree_find(&file->outbox->pages, index) : NULL;

    if (entry != NULL && *entry != NULL) {
        send(file, index, entry, false);
    } else {
        struct wire_message message =
            wire_message(plan_file_server(), MB_FILE_HAS_NOT, id);

        message.msg.aux = index;
        wire_send(&message);
    }
}

/* -- recalls -- */

void outbox_recall(struct client_file *file, bool discard)
{
    struct wire_message message =
        wire_message(plan_file_server(), MB_FILE_RECALLED, file->id);

    if (file->outbox != NULL && file->outbox->recalled) {
        /* the last recall is not done with: one after the other */
        file->recall_waits = true;
        file->recall_discards = discard;
        return;
    }
    if (file->grant == GRANT_WRITE) {
        message.msg.flags = MB_FILE_HAS_SIZE;
        message.msg.arg = file->size;
        message.msg.tag = (uint64_t)file->mtime_ns;
    }
    file->grant = GRANT_NONE;
    if (discard) {
        cache_drop(file);
        outbox_free(file);
    }
    if (file->dirty_count > 0 || file->outbox != NULL) {
        if (make(file, MB_FILE_FLUSH_RECALL) != NULL) {
            message.msg.flags |= MB_FILE_FLUSHES;
            file->outbox->recalled = true;
            fill(file);
        }
    }
    wire_send(&message);
    client_wake(file->id);
    if (file->outbox != NULL) {
        pump(file);
    } else {
        client_reap(file);
    }
}

/* -- after a while -- */

static void expired(struct timer *unused)
{
    uint64_t now_ns = time_now_ns();
    uint64_t next_ns = UINT64_MAX;

    (void)unused;
    for (struct client_file *file = client_next(NULL); file != NULL;
         file = client_next(file)) {
        uint64_t due_ns = file->dirty_since_ns + SRV_WRITE_BACK_NS;

        if (file->dirty_count == 0) {
            continue;
        }
        if (due_ns <= now_ns && file->outbox == NULL) {
            (void)outbox_start(file, MB_FILE_FLUSH_DELAY);
        } else {
            due_ns = due_ns <= now_ns ? now_ns + SRV_WRITE_BACK_NS : due_ns;
            next_ns = due_ns < next_ns ? due_ns : next_ns;
        }
    }
    if (next_ns != UINT64_MAX) {
        timer_arm(&timer, next_ns);
    }
}

void outbox_schedule(struct client_file *file)
{
    file->dirty_since_ns = time_now_ns();
    client_tell(file->id, MB_FILE_DIRTY, 0);
    if (!timer.armed) {
        timer_arm(&timer, file->dirty_since_ns + SRV_WRITE_BACK_NS);
    }
}

void outbox_init(void)
{
    timer.expired = expired;
}
