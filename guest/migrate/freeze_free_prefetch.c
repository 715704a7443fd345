/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Freeze-free, with adaptive prefetching behind it: it moves as freeze-free
 * does; then the target asks, with each page that the process waits for, for
 * those that it will refer to next (Ho, Wang, Lau, Lightweight Process Migration
 * and Memory Prefetching in openMosix, IPDPS 2008: AMPoM).
 *
 * The dependent zone follows from a window of the latest references: the
 * streams in it say which pages, the share of it that lies in streams, the pace
 * of the process and the time that a page takes to come, the link's load
 * included, say how many. Unlike AMPoM the source does not keep the rest: what
 * nobody has asked for is pushed meanwhile, outward from where the process is, so
 * that nothing depends on the old host for long.
 */
#include "arch/clock.h"
#include "migrate/algorithms.h"
#include "migrate/arrival.h"
#include "migrate/departure.h"
#include "migrate/locality.h"
#include "migrate/prefetch.h"

static void select(struct departure *departure, const struct thread *thread)
{
    freeze_free.select(departure, thread);
}

static void foresee(struct departure *departure, const struct thread *thread)
{
    freeze_free.foresee(departure, thread);
}

static void missed(struct arrival *arrival, uint64_t index)
{
    struct stream zone[STREAMS];
    uint32_t count;

    locality_note(&arrival->locality, index, arrival->proc->user_time.cycles);
    count = locality_zone(&arrival->locality, zone);
    if (count > 0) {
        prefetch_ask(arrival, zone, count);
    }
    arrival->missed_index = index;
    arrival->missed_cycles = instant_now().cycles;
}

static void came(struct arrival *arrival, uint64_t index)
{
    if (arrival->missed_cycles != 0 && index == arrival->missed_index) {
        locality_timed(&arrival->locality,
                       instant_now().cycles - arrival->missed_cycles);
        arrival->missed_cycles = 0;
    }
}

const struct algorithm_ops freeze_free_prefetch = {
    .select = select,
    .foresee = foresee,
    .follow = departure_push_rest,
    .served = departure_push_around,
    .ahead = departure_next_asked,
    .missed = missed,
    .came = came,
};
