/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for what, read from the boards in the nodes' memory
 * (hw/abi/board.h).
 */
#ifndef LIB_BOARD_H
#define LIB_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "hw/abi/board.h"

/* A thread of some node. */
typedef struct {
    uint32_t node;
    struct mb_board_entry entry;
} BoardWait;

/*
 * Copies what the board at a guest's physical address says: at most `room`
 * threads, and how many as the result. A board that is not there, or broken,
 * has none; entries that mean nothing are left out. `memory_fd` is the memory
 * of the node, `node_count` is of the cluster.
 */
size_t board_read(int memory_fd, uint64_t address, uint32_t node,
                  uint32_t node_count, BoardWait *waits, size_t room);

/* "waits for a page of node 0" */
char *board_describe(const BoardWait *wait);

#endif
