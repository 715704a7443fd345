/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board: where a kernel says, at any moment, who waits for what.
 *
 * It lies in guest memory, at the address in MB_REG_BOARD, and costs the
 * kernel a few stores when a thread falls asleep or is woken. The host tool
 * reads it from the memory of a node when the run has ended, to tell its user
 * why it did; nothing else depends on it. It is guest memory: the tool checks
 * every number.
 */
#ifndef HW_ABI_BOARD_H
#define HW_ABI_BOARD_H

#include <stdint.h>

#define MB_BOARD_MAGIC      0x44524f42u /* "BORD" */
#define MB_BOARD_ENTRIES    256u

enum mb_wait {
    MB_WAIT_FREE = 0,           /* no such thread */
    MB_WAIT_NOT = 1,            /* runs, or wants to */
    MB_WAIT_TIME = 2,           /* arg: until when, virtual ns */
    MB_WAIT_FUTEX = 3,          /* arg: user address */
    MB_WAIT_PAGE = 4,           /* arg: index of the page, node: who has it */
    MB_WAIT_MAP = 5,            /* node: who sends the map of remote pages */
    MB_WAIT_MOVE = 6,           /* frozen, under way; node: where it goes */
    MB_WAIT_ARRIVAL = 7,        /* not complete yet; node: where it comes from */
    MB_WAIT_OTHER = 8,
    MB_WAIT_CHILD = 9,          /* in wait4() */
    MB_WAIT_SIGNAL = 10,
    MB_WAIT_PORT = 11,          /* arg: number of the port */
    MB_WAIT_POLL = 12,          /* in poll or select */
    MB_WAIT_FILE = 13,          /* arg: file of /srv, 0: an answer or room;
                                 * node: the file server */
    MB_WAITS
};

struct mb_board_entry {
    uint32_t pid;
    uint32_t tid;
    uint32_t wait;              /* enum mb_wait */
    uint32_t node;              /* UINT32_MAX: none */
    uint64_t arg;
    uint32_t syscall;           /* that it is in, UINT32_MAX: none */
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_board_entry) == 32, "ABI");

struct mb_board {
    uint32_t magic;
    uint32_t count;             /* of entries, at most MB_BOARD_ENTRIES */
    struct mb_board_entry entry[MB_BOARD_ENTRIES];
};

#endif
