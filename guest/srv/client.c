/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files on a node that uses them, see client.h.
 */
#include "srv/client.h"

#include "drivers/migbridge.h"
#include "ipc/peer.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"
#include "proc/board.h"
#include "proc/plan.h"
#include "proc/syscall.h"
#include "srv/call.h"
#include "srv/srv.h"
#include "srv/pool.h"
#include "srv/wire.h"

#define BUCKETS     256u

static struct pool pool = POOL_OF(struct client_file);
static struct client_file *buckets[BUCKETS];
static uint32_t expecting;
static bool cut_off;

struct client_file *client_find(uint32_t id)
{
    struct client_file *file = buckets[id % BUCKETS];

    while (file != NULL && file->id != id) {
        file = file->next;
    }
    return file;
}

struct client_file *client_make(uint32_t id)
{
    struct client_file *file = client_find(id);

    if (file == NULL) {
        file = pool_get(&pool);
        if (file == NULL) {
            panic("files: no memory for file %u", id);
        }
        file->id = id;
        file->version = UINT32_MAX;
        file->next = buckets[id % BUCKETS];
        buckets[id % BUCKETS] = file;
    }
    return file;
}

struct client_file *client_next(const struct client_file *file)
{
    struct client_file *next = file != NULL ? file->next : NULL;
    uint32_t bucket = file != NULL ? file->id % BUCKETS + 1 : 0;

    for (; next == NULL && bucket < BUCKETS; bucket++) {
        next = buckets[bucket];
    }
    return next;
}

void client_reap(struct client_file *file)
{
    struct client_file **link = &buckets[file->id % BUCKETS];

    if (file->refs > 0 || file->block_count > 0 || file->outbox != NULL ||
        file->asked) {
        return;
    }
    while (*link != file) {
        link = &(*link)->next;
    }
    *link = file->next;
    pool_put(&pool, file);
}

/* -- the server -- */

bool client_is_cut_off(void)
{
    return cut_off;
}

void client_expect(void)
{
    expecting++;
    if (plan_file_server() != bridge_node() && !cut_off) {
        peer_expect(plan_file_server());
    }
}

void client_settle(void)
{
    kassert(expecting > 0);
    expecting--;
    if (plan_file_server() != bridge_node() && !cut_off) {
        peer_settle(plan_file_server());
    }
}

void client_tell(uint32_t id, enum mb_file_message what, uint64_t arg)
{
    struct wire_message message = wire_message(plan_file_server(), what, id);

    message.msg.arg = arg;
    wire_send(&message);
}

/* -- waiting -- */

void client_wait(struct thread *thread, uint32_t id)
{
    sched_sleep(thread, WAIT_FILE, id, TIMER_NONE);
    board_node(thread, plan_file_server());
}

void client_wake(uint32_t id)
{
    (void)sched_wake(WAIT_FILE, id, UINT32_MAX);
}

/* -- grants -- */

static void ask(struct client_file *file)
{
    if (!file->asked) {
        file->asked = true;
        client_expect();
        client_tell(file->id, MB_FILE_ASK, 0);
    }
}

int64_t client_access(struct thread *thread, struct client_file *file,
                      bool writes)
{
    if (cut_off || file->gone) {
        return -EIO;
    }
    if (file->grant == GRANT_NONE || (writes && file->grant == GRANT_READ)) {
        ask(file);
        client_wait(thread, file->id);
        return SYSCALL_RESTART;
    }
    return 0;
}

void client_granted(struct client_file *file, const struct mb_msg *answer)
{
    uint16_t flags = answer->flags;
    bool current = file->version == answer->epoch ||
                   ((flags & MB_FILE_NEW_VERSION) != 0 &&
                    file->version + 1 == answer->epoch);

    if ((flags & (MB_FILE_MAY_READ | MB_FILE_SHARED)) == 0) {
        return;                     /* an open that has to ask */
    }
    if (!current || (flags & MB_FILE_SHARED) != 0) {
        cache_drop(file);
    }
    if (file->grant != GRANT_WRITE) {
        file->size = answer->arg;
    }
    file->version = answer->epoch;
    file->settled = (flags & MB_FILE_SETTLED) != 0;
    file->grant = (flags & MB_FILE_SHARED) != 0 ? GRANT_SHARED :
                  (flags & MB_FILE_MAY_WRITE) != 0 ? GRANT_WRITE : GRANT_READ;
}

static void receive_grant(const struct mb_msg *msg)
{
    struct client_file *file = client_find((uint32_t)msg->index);

    if (file == NULL || !file->asked) {
        return;
    }
    file->asked = false;
    client_settle();
    file->gone = (msg->flags & MB_FILE_FAILED) != 0;
    if (!file->gone) {
        client_granted(file, msg);
    }
    client_wake(file->id);
    client_reap(file);
}

static void receive_block(const struct mb_msg *msg, void *page)
{
    struct client_file *file = client_find((uint32_t)msg->index);

    client_settle();
    if (file != NULL) {
        file->gone = file->gone || (msg->flags & MB_FILE_FAILED) != 0;
        cache_arrived(file, (uint32_t)msg->arg, page);
        client_wake(file->id);
        client_wake(CLIENT_ROOM);
    }
}

static void receive_recall(const struct mb_msg *msg)
{
    struct client_file *file = client_find((uint32_t)msg->index);

    if (file == NULL) {
        client_tell((uint32_t)msg->index, MB_FILE_RECALLED, 0);
        return;
    }
    outbox_recall(file, (msg->flags & MB_FILE_DISCARD) != 0);
}

void client_receive(const struct mb_msg *msg, void *page, uint32_t length)
{
    if (msg->object < MB_FILE_CALLS) {
        call_answered(msg, page, length);
        return;
    }
    switch (msg->object) {
    case MB_FILE_ASK:
        receive_grant(msg);
        break;
    case MB_FILE_READ:
        receive_block(msg, page);
        break;
    case MB_FILE_RECALL:
        receive_recall(msg);
        break;
    case MB_FILE_FETCH:
        outbox_fetch((uint32_t)msg->index, msg->aux);
        break;
    default:
        break;
    }
}

/* -- the server is lost -- */

void client_cut_off(void)
{
    struct client_file *next;

    while (expecting > 0) {
        client_settle();
    }
    cut_off = true;
    for (struct client_file *file = client_next(NULL); file != NULL;
         file = next) {
        uint64_t unsent = file->dirty_count +
                          (file->outbox != NULL ? file->outbox->count : 0);

        if (unsent > 0) {
            printk("files: %lu modified blocks of file %u are lost with the "
                   "server\n", unsent, file->id);
            bridge_trace(MB_TRACE_FILE_LOST, 0, 0, file->id, bridge_node(),
                         unsent, EHOSTUNREACH);
        }
        next = client_next(file);
        file->asked = false;
        outbox_free(file);
        cache_drop(file);
        client_wake(file->id);
        client_reap(file);
    }
    calls_cut_off();
    outbox_tell();
}

void client_init(void)
{
    cache_init();
    outbox_init();
}
