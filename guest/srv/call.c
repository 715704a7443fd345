/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of threads to the server, see call.h.
 */
#include "srv/call.h"

#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/board.h"
#include "proc/plan.h"
#include "proc/syscall.h"
#include "srv/client.h"
#include "srv/pool.h"
#include "srv/srv.h"

/* Keys of WAIT_FILE that no file has. */
#define CALL_KEY    (1ull << 32)

struct made {
    struct call_answer answer;  /* first */
    struct made *next;
    uint64_t tag;
    bool answered;
    bool ended;                 /* its thread has */
};

static struct pool pool = POOL_OF(struct made);
static struct made *calls;

static struct made *find(uint64_t tag)
{
    struct made *made = calls;

    while (made != NULL && made->tag != tag) {
        made = made->next;
    }
    return made;
}

static void free_made(struct made *made)
{
    struct made **link = &calls;

    while (*link != made) {
        link = &(*link)->next;
    }
    *link = made->next;
    page_put(made->answer.page);
    pool_put(&pool, made);
}

void call_finish(struct call_answer *answer)
{
    free_made((struct made *)answer);
}

static int send(uint64_t tag, uint32_t epoch, const struct mb_msg *msg,
                const void *bytes, uint32_t length)
{
    struct wire_message message = { .msg = *msg };
    struct made *made = pool_get(&pool);

    message.msg.tag = tag;
    message.msg.epoch = epoch;
    if (made != NULL && length > 0) {
        message.page = page_alloc_raw();
        message.length = length;
    }
    if (made == NULL || (length > 0 && message.page == NULL)) {
        pool_put(&pool, made);
        return -ENOMEM;
    }
    if (length > 0) {
        memcpy(message.page, bytes, length);
    }
    made->tag = tag;
    made->next = calls;
    calls = made;
    client_expect();
    wire_send(&message);
    return 0;
}

int64_t call_make(struct thread *thread, const struct mb_msg *msg,
                  const void *bytes, uint32_t length,
                  struct call_answer **answer)
{
    struct restart *restart = &thread->restart;
    struct made *made;
    uint64_t tag;
    int error;

    kassert(length <= PAGE_SIZE);
    if (client_is_cut_off()) {
        restart->call = 0;
        return -EIO;
    }
    if (restart->call == 0) {
        restart->call = ++thread->proc->file_calls;
    }
    tag = (uint64_t)thread->tid << 32 | restart->call;
    made = find(tag);
    if (made == NULL) {
        error = send(tag, thread->proc->epoch, msg, bytes, length);
        if (error != 0) {
            restart->call = 0;
            return error;
        }
    } else if (made->answered) {
        restart->call = 0;
        if ((made->answer.msg.flags & MB_FILE_FAILED) != 0) {
            error = -(int)made->answer.msg.aux;
            free_made(made);
            return error;
        }
        *answer = &made->answer;
        return 0;
    }
    sched_sleep(thread, WAIT_FILE, CALL_KEY | thread->tid, TIMER_NONE);
    board_node(thread, plan_file_server());
    return SYSCALL_RESTART;
}

int64_t call_simply(struct thread *thread, const struct mb_msg *msg,
                    const void *bytes, uint32_t length)
{
    struct call_answer *answer;
    int64_t result = call_make(thread, msg, bytes, length, &answer);

    if (result == 0) {
        call_finish(answer);
    }
    return result;
}

/* What a node may do with a file holds from when it comes, not from when the
 * thread that opens it runs; even if that has left for another node. */
static void take_open(const struct mb_msg *msg, bool ended)
{
    struct client_file *file;

    if (msg->object == MB_FILE_OPEN && (msg->flags & MB_FILE_FAILED) == 0) {
        file = client_make((uint32_t)msg->index);
        client_granted(file, msg);
        if (ended) {
            client_tell(file->id, MB_FILE_CLOSED, msg->aux);
        }
    }
}

void call_answered(const struct mb_msg *msg, void *page, uint32_t length)
{
    struct made *made = find(msg->tag);

    if (made != NULL && made->answered) {
        return;
    }
    take_open(msg, made != NULL && made->ended);
    if (made == NULL) {
        return;
    }
    client_settle();
    made->answered = true;
    made->answer.msg = *msg;
    made->answer.length = length;
    made->answer.page = page;
    if (page != NULL) {
        page_get(page);
    }
    if (made->ended) {
        free_made(made);
    } else {
        (void)sched_wake(WAIT_FILE, CALL_KEY | msg->tag >> 32, UINT32_MAX);
    }
}

/* If it has moved, the answer is for the node where it is now. */
void srv_forget_thread(uint32_t tid)
{
    struct made *next;

    for (struct made *made = calls; made != NULL; made = next) {
        next = made->next;
        if (made->tag >> 32 != tid || (made->ended && !made->answered)) {
            continue;
        }
        if (!made->answered) {
            client_settle();
        }
        free_made(made);
    }
}

void srv_process_exits(const struct proc *proc)
{
    for (const struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        for (struct made *made = calls; made != NULL; made = made->next) {
            made->ended = made->ended || made->tag >> 32 == t->tid;
        }
    }
}

void calls_cut_off(void)
{
    while (calls != NULL) {
        (void)sched_wake(WAIT_FILE, CALL_KEY | calls->tag >> 32, UINT32_MAX);
        free_made(calls);
    }
    client_wake(CLIENT_ROOM);
}
