/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spatial locality of references: streams in a window, and the dependent zone.
 *
 * References d apart in the window, at an equal distance in pages, are a
 * stream: so up to STREAMS can alternate. Two that are neighbouring pages are
 * enough, others are three in a row.
 */
#include "migrate/locality.h"

#include <stdbool.h>

#define RESPONSE_SHIFT  2       /* a new response counts for a quarter */

void locality_note(struct locality *l, uint64_t index, uint64_t cycles)
{
    l->window[l->count++ % LOCALITY_WINDOW] =
        (struct reference){ index, cycles };
}

void locality_timed(struct locality *l, uint64_t response)
{
    if (l->response == 0) {
        l->response = response;
    } else {
        l->response += (response >> RESPONSE_SHIFT) -
                       (l->response >> RESPONSE_SHIFT);
    }
}

static uint32_t known(const struct locality *l)
{
    return l->count < LOCALITY_WINDOW ? (uint32_t)l->count : LOCALITY_WINDOW;
}

/* `ago` references before the latest one. */
static const struct reference *back(const struct locality *l, uint32_t ago)
{
    return &l->window[(l->count - 1 - ago) % LOCALITY_WINDOW];
}

/* The stride of the stream that the reference continues, by the nearest
 * reference before it; 0: none. */
static int32_t stride_at(const struct locality *l, uint32_t ago)
{
    for (uint32_t d = 1; d <= STREAMS && ago + d < known(l); d++) {
        uint64_t before = back(l, ago + d)->index;
        int64_t stride = (int64_t)(back(l, ago)->index - before);
        bool third = ago + 2 * d < known(l) &&
                     before - back(l, ago + 2 * d)->index == (uint64_t)stride;

        if (stride == 1 || stride == -1 || (stride != 0 && third)) {
            return (int32_t)stride; /* of 26 bits at most */
        }
    }
    return 0;
}

/* Whether a later reference has been there already. */
static bool is_passed(const struct locality *l, uint32_t ago, uint64_t index)
{
    for (uint32_t i = 0; i < ago; i++) {
        if (back(l, i)->index == index) {
            return true;
        }
    }
    return false;
}

/*
 * AMPoM's size: what the process refers to during a response, if it does not
 * have to wait, as far as its references are foreseeable. Its rate is by its
 * own time, so that it does not seem slow because it waits.
 */
static uint32_t zone_pages(const struct locality *l)
{
    uint32_t count = known(l);
    uint64_t span = back(l, 0)->cycles - back(l, count - 1)->cycles;
    uint64_t pages;
    uint32_t foreseen = 0;

    for (uint32_t ago = 0; ago < count; ago++) {
        foreseen += stride_at(l, ago) != 0;
    }
    pages = span > 0 ? foreseen * l->response / span : ZONE_MOST;
    return pages < ZONE_LEAST ? ZONE_LEAST
                              : pages < ZONE_MOST ? (uint32_t)pages : ZONE_MOST;
}

uint32_t locality_zone(const struct locality *l,
                       struct stream streams[STREAMS])
{
    uint32_t found = 0;
    uint32_t pages;

    for (uint32_t ago = 0; ago < STREAMS && ago < known(l); ago++) {
        int32_t stride = stride_at(l, ago);
        uint64_t next = back(l, ago)->index + (uint64_t)(int64_t)stride;

        if (stride != 0 && !is_passed(l, ago, next)) {
            streams[found++] = (struct stream){ next, stride, 0 };
        }
    }
    pages = found > 0 ? zone_pages(l) : 0;
    for (uint32_t i = 0; i < found; i++) {
        streams[i].count = (pages + found - 1) / found;
    }
    return found;
}
