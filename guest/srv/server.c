/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls from their coming to their answer, see server.h.
 *
 * A call that cannot be answered yet has changed nothing; it is kept, and tried
 * again whenever something has happened. So no call has a state of its own.
 *
 * A thread that moves while its call is under way makes the same call again from
 * its new node. It has the same name then: it is done once, whichever of the two
 * comes first, and the newer node gets the answer.
 */
#include "srv/server.h"

#include "drivers/migbridge.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"
#include "srv/openers.h"
#include "srv/pool.h"
#include "srv/store.h"

#define SEEN_BUCKETS    256u

/* The last call of a thread. */
struct seen {
    struct seen *next;
    uint32_t tid;
    uint32_t number;
    uint32_t epoch;             /* in which it was made, the last time */
    bool answered;
    struct mb_msg answer;       /* without its contents */
};

static struct pool call_pool = POOL_OF(struct call);
static struct pool seen_pool = POOL_OF(struct seen);
static struct seen *seen[SEEN_BUCKETS];
static struct call *waiting;            /* oldest first */
static struct call **waiting_end = &waiting;
static bool again;

static call_fn *const handlers[MB_FILE_MESSAGES] = {
    [MB_FILE_OPEN] = call_open,
    [MB_FILE_STAT] = call_stat,
    [MB_FILE_LIST] = call_list,
    [MB_FILE_DIRECTORY] = call_directory,
    [MB_FILE_REMOVE] = call_remove,
    [MB_FILE_RENAME] = call_rename,
    [MB_FILE_MODE] = call_mode,
    [MB_FILE_TIMES] = call_times,
    [MB_FILE_RESIZE] = call_resize,
    [MB_FILE_GET] = call_get,
    [MB_FILE_PUT] = call_put,
    [MB_FILE_SYNC] = call_sync,
    [MB_FILE_ASK] = call_ask,
    [MB_FILE_READ] = call_read,
};

/* -- calls that were made twice -- */

static bool is_named(const struct mb_msg *msg)
{
    return msg->object < MB_FILE_CALLS;
}

/* They change nothing, and their answers are too long to be kept. */
static bool is_repeatable(uint32_t what)
{
    return what == MB_FILE_STAT || what == MB_FILE_LIST ||
           what == MB_FILE_GET;
}

static struct seen *seen_of(const struct mb_msg *msg)
{
    uint32_t tid = (uint32_t)(msg->tag >> 32);
    struct seen **link = &seen[tid % SEEN_BUCKETS];

    while (*link != NULL && (*link)->tid != tid) {
        link = &(*link)->next;
    }
    if (*link == NULL) {
        *link = pool_get(&seen_pool);
        if (*link == NULL) {
            panic("files: no memory for a call");
        }
        (*link)->tid = tid;
    }
    return *link;
}

/* The file that was opened for the node that the thread has left is open on
 * the one where it is now; what that may do with it, it has to ask. */
static void move_open(struct seen *last, uint32_t node)
{
    if (last->answer.object == MB_FILE_OPEN &&
        (last->answer.flags & MB_FILE_FAILED) == 0 &&
        last->answer.target != node) {
        opener_place(last->answer.aux, node);
        last->answer.flags = MB_FILE_ANSWER;
    }
    last->answer.target = (uint16_t)node;
}

/* True: the call is known, and has been dealt with. */
static bool is_repeated(const struct mb_msg *msg)
{
    struct seen *last = seen_of(msg);
    uint32_t number = (uint32_t)msg->tag;

    if (number > last->number) {
        last->number = number;
        last->epoch = msg->epoch;
        last->answered = false;
        return false;
    }
    if (number < last->number || msg->epoch < last->epoch) {
        return true;                /* from a node that it has left */
    }
    last->epoch = msg->epoch;
    if (!last->answered) {
        for (struct call *call = waiting; call != NULL; call = call->next) {
            if (call->msg.tag == msg->tag) {
                call->msg.source = msg->source;
            }
        }
        return true;
    }
    if (is_repeatable(msg->object)) {
        return false;
    }
    move_open(last, msg->source);
    wire_send(&(struct wire_message) { .msg = last->answer });
    return true;
}

/* -- answers -- */

/* False: it has to wait. */
static bool serve(const struct call *call)
{
    struct wire_message answer =
        wire_message(call->msg.source, (enum mb_file_message)call->msg.object,
                     (uint32_t)call->msg.index);
    int result;

    answer.msg.flags = MB_FILE_ANSWER;
    answer.msg.tag = call->msg.tag;
    answer.msg.arg = call->msg.arg;
    result = handlers[call->msg.object](call, &answer);
    if (result == CALL_WAITS) {
        return false;
    }
    if (result < 0) {
        answer.msg.flags = MB_FILE_ANSWER | MB_FILE_FAILED;
        answer.msg.aux = (uint32_t)-result;
    }
    if (is_named(&call->msg)) {
        struct seen *last = seen_of(&call->msg);

        last->answered = true;
        last->answer = answer.msg;
    }
    wire_send(&answer);
    return true;
}

static void call_free(struct call *call)
{
    page_put(call->page);
    pool_put(&call_pool, call);
}

/* Tries those that wait, in the order in which they came. */
static void serve_waiting(void)
{
    struct call **link;

    while (again) {
        again = false;
        for (link = &waiting; *link != NULL;) {
            struct call *call = *link;

            if (serve(call)) {
                *link = call->next;
                call_free(call);
                again = true;
            } else {
                link = &call->next;
            }
        }
        waiting_end = link;
    }
}

void serve_again(void)
{
    again = true;
    serve_waiting();
}

static void receive_call(const struct mb_msg *msg, void *page,
                         uint32_t length)
{
    struct call *call;

    if (is_named(msg) && is_repeated(msg)) {
        return;
    }
    call = pool_get(&call_pool);
    if (call == NULL) {
        panic("files: no memory for a call");
    }
    call->msg = *msg;
    call->length = length;
    call->page = page;
    if (page != NULL) {
        page_get(page);
    }
    *waiting_end = call;
    waiting_end = &call->next;
    serve_again();
}

/* -- news of caches -- */

static void receive_block(struct store_file *file, struct holder *holder,
                          const struct mb_msg *msg, void *page)
{
    if (page == NULL || msg->aux >= STORE_BLOCKS ||
        !holder_takes(file, holder, msg->aux)) {
        return;
    }
    if (!holder->flushing) {
        file->size = msg->arg;
        file->mtime_ns = (int64_t)msg->tag;
    }
    if (block_write(file, msg->aux, page) != 0) {
        printk("files: no room for block %u of file %u: it is lost\n",
               msg->aux, file->id);
        bridge_trace(MB_TRACE_FILE_LOST, 0, 0, file->id, msg->source, 1,
                     ENOSPC);
    }
}

static void receive_news(const struct mb_msg *msg, void *page)
{
    struct store_file *file = store_find((uint32_t)msg->index);
    struct holder *holder;

    if (file == NULL) {
        return;
    }
    holder = holder_make(file, msg->source);
    switch (msg->object) {
    case MB_FILE_BLOCK:
        receive_block(file, holder, msg, page);
        break;
    case MB_FILE_CLOSED:
        opener_close((uint32_t)msg->arg);
        break;
    case MB_FILE_MOVED:
        opener_move((uint32_t)msg->arg, msg->source, msg->aux);
        break;
    case MB_FILE_DIRTY:
    case MB_FILE_CLEAN:
        holder_set_dirty(holder, msg->object == MB_FILE_DIRTY);
        break;
    case MB_FILE_RECALLED:
        holder_recalled(file, holder, msg);
        break;
    case MB_FILE_FLUSHED:
        holder_flushed(holder);
        break;
    case MB_FILE_HAS_NOT:
        (void)holder_takes(file, holder, msg->aux);
        break;
    default:
        break;
    }
    serve_again();
}

void server_receive(const struct mb_msg *msg, void *page, uint32_t length)
{
    if (msg->object < MB_FILE_MESSAGES && handlers[msg->object] != NULL) {
        receive_call(msg, page, length);
    } else {
        receive_news(msg, page);
    }
}

/* -- nodes that are lost -- */

static void forget_holder(struct store_file *file, struct holder *holder)
{
    if (holder->dirty || holder->flushing) {
        printk("files: node %u was lost with modified blocks of file %u\n",
               holder->node, file->id);
        bridge_trace(MB_TRACE_FILE_LOST, 0, 0, file->id, holder->node, 0,
                     EHOSTUNREACH);
    }
    holder_free(file, holder);
}

void server_lost(uint32_t node)
{
    struct call **link = &waiting;
    struct store_file *next;

    while (*link != NULL) {
        struct call *call = *link;

        if (call->msg.source == node) {
            *link = call->next;
            call_free(call);
        } else {
            link = &call->next;
        }
    }
    waiting_end = link;
    openers_lost(node);
    for (struct store_file *file = store_next(NULL); file != NULL;
         file = next) {
        struct holder *holder = holder_find(file, node);

        next = store_next(file);
        if (holder != NULL) {
            forget_holder(file, holder);
            store_reap(file);
        }
    }
    serve_again();
}

void server_init(void)
{
    blocks_init();
    store_init();
}
