/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board of this node.
 *
 * Invariant: board.count is behind the last entry that was ever in use.
 */
#include "proc/board.h"

#include "arch/csr.h"
#include "drivers/migbridge.h"

#define INDEX_MASK      ((1ul << WAIT_OBJECT_SHIFT) - 1)
#define ADDRESS_MASK    ((1ul << WAIT_PID_SHIFT) - 1)
#define NO_SYSCALL      UINT32_MAX

static struct mb_board board = { .magic = MB_BOARD_MAGIC };
static struct mb_board_entry no_room;

void board_init(void)
{
    bridge_set_board(&board);
}

struct mb_board_entry *board_open(uint32_t slot, uint32_t pid, uint32_t tid)
{
    struct mb_board_entry *entry = &no_room;

    if (slot < MB_BOARD_ENTRIES) {
        entry = &board.entry[slot];
        if (slot >= board.count) {
            board.count = slot + 1;
        }
    }
    entry->pid = pid;
    entry->tid = tid;
    entry->wait = MB_WAIT_NOT;
    return entry;
}

void board_close(struct mb_board_entry *entry)
{
    entry->wait = MB_WAIT_FREE;
}

void board_sleep(const struct thread *thread)
{
    static const uint8_t waits[] = {
        [WAIT_NONE] = MB_WAIT_OTHER,
        [WAIT_TIME] = MB_WAIT_TIME,
        [WAIT_PAGE] = MB_WAIT_PAGE,
        [WAIT_MAP] = MB_WAIT_MAP,
        [WAIT_FUTEX] = MB_WAIT_FUTEX,
        [WAIT_CHILD] = MB_WAIT_CHILD,
        [WAIT_SIGNAL] = MB_WAIT_SIGNAL,
        [WAIT_PORT] = MB_WAIT_PORT,
        [WAIT_POLL] = MB_WAIT_POLL,
        [WAIT_FILE] = MB_WAIT_FILE,
    };
    struct mb_board_entry *entry = thread->board;

    switch (thread->wait) {
    case WAIT_TIME:
        entry->arg = thread->restart.deadline_ns;
        break;
    case WAIT_PAGE:
        entry->arg = thread->wait_key & INDEX_MASK;
        break;
    case WAIT_FILE:
        entry->arg = (uint32_t)thread->wait_key;
        break;
    case WAIT_FUTEX:
        entry->arg = thread->wait_key & ADDRESS_MASK;
        break;
    case WAIT_PORT:
        entry->arg = thread->wait_key;
        break;
    default:
        entry->arg = 0;
    }
    entry->node = BOARD_NO_NODE;
    entry->syscall = thread->frame.cause == CAUSE_USER_ECALL
                     ? (uint32_t)thread->frame.x[REG_A7] : NO_SYSCALL;
    entry->wait = waits[thread->wait];
}

void board_hold(const struct proc *proc, enum mb_wait wait, uint32_t node)
{
    for (const struct thread *t = proc->threads; t != NULL; t = t->sibling) {
        t->board->node = node;
        t->board->wait = wait;
    }
}
