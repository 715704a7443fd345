/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board (hw/abi/board.h): who waits for what, for people.
 *
 * Each thread has an entry from its creation to its end; who finds no room
 * shares one that nobody reads. An entry says what the thread waits for while
 * it sleeps or is frozen, and MB_WAIT_NOT otherwise.
 */
#ifndef PROC_BOARD_H
#define PROC_BOARD_H

#include <stdint.h>

#include "hw/abi/board.h"
#include "proc/proc.h"

#define BOARD_NO_NODE   UINT32_MAX

/* Tells the bridge where the board is. */
void board_init(void);

/* A thread in slot `slot` of the table; it runs. */
struct mb_board_entry *board_open(uint32_t slot, uint32_t pid, uint32_t tid);
void board_close(struct mb_board_entry *entry);

/* The thread sleeps, for thread->wait. */
void board_sleep(const struct thread *thread);

/* It waits no more. */
static inline void board_run(const struct thread *thread)
{
    thread->board->wait = MB_WAIT_NOT;
}

/* Which node has what a sleeping thread waits for. */
static inline void board_node(const struct thread *thread, uint32_t node)
{
    thread->board->node = node;
}

/* All threads are frozen: MB_WAIT_MOVE to or MB_WAIT_ARRIVAL from a node. */
void board_hold(const struct proc *proc, enum mb_wait wait, uint32_t node);

#endif
