/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building and checking maps.
 */
#include "migrate/map.h"

void map_init(struct map *map, struct mb_page_run *runs, uint32_t most)
{
    *map = (struct map){ .runs = runs, .most = most };
}

bool map_add(struct map *map, const struct mb_page_run *run)
{
    if (map->count > 0) {
        struct mb_page_run *last = &map->runs[map->count - 1];

        if (last->object == run->object &&
            last->count <= MAP_RUN_PAGES - run->count &&
            last->index + last->count == run->index) {
            last->count += run->count;
            return true;
        }
    }
    if (map->count == map->most) {
        return false;
    }
    map->runs[map->count++] = *run;
    return true;
}

bool map_is_valid(const struct mb_page_run *runs, size_t bytes,
                  uint32_t object_count)
{
    if (bytes % sizeof(*runs) != 0) {
        return false;
    }
    for (size_t i = 0; i < bytes / sizeof(*runs); i++) {
        if (runs[i].object >= object_count || runs[i].count == 0 ||
            runs[i].count > MAP_RUN_PAGES ||
            runs[i].index > UINT64_MAX - runs[i].count) {
            return false;
        }
    }
    return true;
}
