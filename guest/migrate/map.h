/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of a process: which pages are still at its former host, as runs of
 * neighbours (struct mb_page_run, hw/abi/message.h).
 */
#ifndef MIGRATE_MAP_H
#define MIGRATE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/abi/message.h"
#include "hw/abi/ring.h"

/* Runs in one message. */
#define MAP_RUNS        (MB_PAYLOAD_MAX / sizeof(struct mb_page_run))
/* Pages in one run; what Sv39 user space and files can have at most. */
#define MAP_RUN_PAGES   (1u << 26)

struct map {
    struct mb_page_run *runs;
    uint32_t count;
    uint32_t most;
};

void map_init(struct map *map, struct mb_page_run *runs, uint32_t most);
/* Adds a run of at most MAP_RUN_PAGES; runs come in rising order, neighbours
 * become one. False: no room for another run. */
bool map_add(struct map *map, const struct mb_page_run *run);

/* Whether `bytes` bytes from another node are runs of objects below
 * `object_count`, none of them empty, too long or wrapping around. */
bool map_is_valid(const struct mb_page_run *runs, size_t bytes,
                  uint32_t object_count);

#endif
