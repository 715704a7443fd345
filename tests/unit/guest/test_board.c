/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/board.c: what the board says of a thread.
 */
#include "proc/board.h"

#include "arch/csr.h"
#include "drivers/migbridge.h"
#include "suite.h"

#define NANOSLEEP   101
#define FUTEX       98

static const struct mb_board *board;

void bridge_set_board(const struct mb_board *at)
{
    board = at;
}

static struct thread open_thread(uint32_t slot)
{
    return (struct thread){ .board = board_open(slot, 7, 8) };
}

/* Sleeps in a system call. */
static const struct mb_board_entry *sleep_in(struct thread *thread,
                                             enum wait_reason wait,
                                             uint64_t key, uint64_t call)
{
    thread->wait = wait;
    thread->wait_key = key;
    thread->frame.cause = CAUSE_USER_ECALL;
    thread->frame.x[REG_A7] = call;
    board_sleep(thread);
    return thread->board;
}

START_TEST(the_bridge_knows_where_it_is)
{
    board_init();
    ck_assert_ptr_nonnull(board);
    ck_assert_uint_eq(board->magic, MB_BOARD_MAGIC);
    ck_assert_uint_eq(board->count, 0);
}
END_TEST

START_TEST(threads_come_and_go)
{
    struct mb_board_entry *last;

    board_init();
    ck_assert_ptr_eq(board_open(0, 5, 6), &board->entry[0]);
    ck_assert_uint_eq(board->count, 1);
    ck_assert_uint_eq(board->entry[0].pid, 5);
    ck_assert_uint_eq(board->entry[0].tid, 6);
    ck_assert_uint_eq(board->entry[0].wait, MB_WAIT_NOT);
    last = board_open(MB_BOARD_ENTRIES - 1, 5, 7);
    ck_assert_ptr_eq(last, &board->entry[MB_BOARD_ENTRIES - 1]);
    ck_assert_uint_eq(board->count, MB_BOARD_ENTRIES);
    (void)board_open(1, 5, 8);
    ck_assert_uint_eq(board->count, MB_BOARD_ENTRIES);
    board_close(last);
    ck_assert_uint_eq(last->wait, MB_WAIT_FREE);
}
END_TEST

START_TEST(who_finds_no_room_is_nowhere)
{
    struct thread thread;

    board_init();
    thread = open_thread(MB_BOARD_ENTRIES);
    (void)sleep_in(&thread, WAIT_SIGNAL, 0, 1);
    for (unsigned i = 0; i < MB_BOARD_ENTRIES; i++) {
        ck_assert_uint_eq(board->entry[i].wait, MB_WAIT_FREE);
    }
    ck_assert_uint_eq(board->count, 0);
}
END_TEST

START_TEST(sleepers_say_what_for)
{
    const struct mb_board_entry *entry;
    struct thread thread;

    board_init();
    thread = open_thread(3);
    thread.restart.deadline_ns = 12345;
    entry = sleep_in(&thread, WAIT_TIME, 0, NANOSLEEP);
    ck_assert_ptr_eq(entry, &board->entry[3]);
    ck_assert_uint_eq(entry->wait, MB_WAIT_TIME);
    ck_assert_uint_eq(entry->arg, 12345);
    ck_assert_uint_eq(entry->syscall, NANOSLEEP);
    ck_assert_uint_eq(entry->node, UINT32_MAX);

    entry = sleep_in(&thread, WAIT_FUTEX,
                     7ull << WAIT_PID_SHIFT | 0x3fffff1230, FUTEX);
    ck_assert_uint_eq(entry->wait, MB_WAIT_FUTEX);
    ck_assert_uint_eq(entry->arg, 0x3fffff1230);
    ck_assert_uint_eq(entry->syscall, FUTEX);

    entry = sleep_in(&thread, WAIT_CHILD, 0, 260);
    ck_assert_uint_eq(entry->wait, MB_WAIT_CHILD);
    entry = sleep_in(&thread, WAIT_SIGNAL, 0, 133);
    ck_assert_uint_eq(entry->wait, MB_WAIT_SIGNAL);
    ck_assert_uint_eq(entry->arg, 0);

    board_run(&thread);
    ck_assert_uint_eq(entry->wait, MB_WAIT_NOT);
}
END_TEST

START_TEST(a_fault_is_no_call)
{
    struct thread thread;

    board_init();
    thread = open_thread(0);
    thread.frame.cause = CAUSE_LOAD_PAGE;
    thread.frame.x[REG_A7] = FUTEX;
    thread.wait = WAIT_PAGE;
    thread.wait_key = 3ull << WAIT_OBJECT_SHIFT | 0x77;
    board_sleep(&thread);
    board_node(&thread, 9);
    ck_assert_uint_eq(thread.board->wait, MB_WAIT_PAGE);
    ck_assert_uint_eq(thread.board->arg, 0x77);
    ck_assert_uint_eq(thread.board->syscall, UINT32_MAX);
    ck_assert_uint_eq(thread.board->node, 9);
}
END_TEST

START_TEST(a_process_is_held_with_all_its_threads)
{
    struct thread first, second;
    struct proc proc = { .threads = &first };

    board_init();
    first = open_thread(0);
    second = open_thread(1);
    first.sibling = &second;
    board_hold(&proc, MB_WAIT_MOVE, 4);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(board->entry[i].wait, MB_WAIT_MOVE);
        ck_assert_uint_eq(board->entry[i].node, 4);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_bridge_knows_where_it_is,
        threads_come_and_go,
        who_finds_no_room_is_nowhere,
        sleepers_say_what_for,
        a_fault_is_no_call,
        a_process_is_held_with_all_its_threads,
    };

    return suite_run("board", tests, SUITE_COUNT(tests));
}
