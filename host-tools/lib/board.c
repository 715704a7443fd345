/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for what, read from the boards in the nodes' memory.
 *
 * A board is guest memory: it is copied once, and every number is checked.
 */
#include "board.h"

#include <stdbool.h>
#include <unistd.h>

#include <glib.h>

#include "units.h"

#include "hw/abi/segment.h"

/* Where the memory of a node's machine begins. */
#define RAM_BASE        UINT64_C(0x80000000)

/* The file is as long as the memory: what does not lie in there cannot be
 * read. */
static bool copy_board(int memory_fd, uint64_t address,
                       struct mb_board *board)
{
    return pread(memory_fd, board, sizeof(*board),
                 (off_t)(address - RAM_BASE)) == sizeof(*board) &&
        board->magic == MB_BOARD_MAGIC && board->count <= MB_BOARD_ENTRIES;
}

static bool needs_node(uint32_t wait)
{
    return wait == MB_WAIT_PAGE || wait == MB_WAIT_MAP ||
        wait == MB_WAIT_MOVE || wait == MB_WAIT_ARRIVAL ||
        wait == MB_WAIT_FILE;
}

static bool is_sound(const struct mb_board_entry *entry, uint32_t node_count)
{
    return entry->wait > MB_WAIT_FREE && entry->wait < MB_WAITS &&
        (entry->node < node_count || !needs_node(entry->wait));
}

size_t board_read(int memory_fd, uint64_t address, uint32_t node,
                  uint32_t node_count, BoardWait *waits, size_t room)
{
    struct mb_board board;
    size_t found = 0;

    if (!copy_board(memory_fd, address, &board)) {
        return 0;
    }
    for (uint32_t i = 0; i < board.count && found < room; i++) {
        if (is_sound(&board.entry[i], node_count)) {
            waits[found++] = (BoardWait) {
                .node = node,
                .entry = board.entry[i],
            };
        }
    }
    return found;
}

static char *describe_time(uint64_t until_ns)
{
    if (until_ns == MB_NEVER) {
        return g_strdup("sleeps for ever");
    }
    g_autofree char *until = unit_format_short(UNIT_TIME, until_ns);
    return g_strdup_printf("sleeps until %s", until);
}

char *board_describe(const BoardWait *wait)
{
    const struct mb_board_entry *entry = &wait->entry;

    switch (entry->wait) {
    case MB_WAIT_NOT:
        return g_strdup("runs");
    case MB_WAIT_TIME:
        return describe_time(entry->arg);
    case MB_WAIT_FUTEX:
        return g_strdup_printf("waits for a futex at 0x%" G_GINT64_MODIFIER
                               "x", entry->arg);
    case MB_WAIT_PAGE:
        return g_strdup_printf("waits for a page of node %u", entry->node);
    case MB_WAIT_MAP:
        return g_strdup_printf("waits for the list of its pages from node %u",
                               entry->node);
    case MB_WAIT_MOVE:
        return g_strdup_printf("is on its way to node %u", entry->node);
    case MB_WAIT_ARRIVAL:
        return g_strdup_printf("is on its way from node %u", entry->node);
    case MB_WAIT_CHILD:
        return g_strdup("waits for a child process");
    case MB_WAIT_FILE:
        return g_strdup_printf("waits for the file server, node %u",
                               entry->node);
    case MB_WAIT_SIGNAL:
        return g_strdup("waits for a signal");
    case MB_WAIT_PORT:
        return g_strdup_printf("waits for socket %" G_GUINT64_FORMAT ":%u",
                               entry->arg >> 32, (uint32_t)entry->arg);
    case MB_WAIT_POLL:
        return g_strdup("waits in poll");
    default:
        return g_strdup("waits");
    }
}
