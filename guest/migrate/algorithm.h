/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes one migration algorithm differ from another.
 *
 * The engine (departure.h, arrival.h) owns protocol, time-outs, commit and
 * abort. An algorithm says which pages go and when: one small file with a
 * const struct of the operations below. To add one, add it to
 * include/uapi/algorithms.h and to the table in algorithms.c.
 */
#ifndef MIGRATE_ALGORITHM_H
#define MIGRATE_ALGORITHM_H

#include <stdbool.h>
#include <stdint.h>

#include "include/uapi/algorithms.h"

struct arrival;
struct departure;
struct page_ref;
struct thread;

/* A round: pages travel while the process runs at the source. */
struct round {
    uint32_t number;            /* from 1 on */
    uint64_t sent;              /* pages */
    uint64_t changed;           /* pages, since it began */
};

struct algorithm_ops {
    /*
     * Before the freeze, when all pages of a round are at the target: is there
     * to be another one, of what has changed since? The first is of all
     * modified pages. NULL: no rounds.
     */
    bool (*again)(const struct round *round);
    /*
     * The process has just been frozen and its latency runs. Names the pages
     * that must be at the target before it runs again: none, a few, with
     * departure_add_critical() in the order in which they are to travel, or
     * all of them with departure_add_all(). With departure_leave_rest() the map
     * of the others travels before the resume, too, and they stay where they
     * are. After rounds departure_add_changed() names what the target has not,
     * departure_leave_changed() says that it follows. `thread` is the one that
     * ran last.
     */
    void (*select)(struct departure *departure, const struct thread *thread);
    /*
     * State and selected pages but the last are on their way: names more pages,
     * with departure_add_critical(), that take longer to find out. NULL: none.
     * Not called if nothing was selected.
     */
    void (*foresee)(struct departure *departure, const struct thread *thread);
    /*
     * All that was selected has been posted: says how the rest follows, with
     * departure_push_rest(). NULL: nothing is left to follow, and the target
     * does not wait for a map.
     */
    void (*follow)(struct departure *departure);
    /*
     * A page that the process asked for has just been sent: says where the
     * push goes on. NULL: where it was.
     */
    void (*served)(struct departure *departure, const struct page_ref *ref);
    /*
     * Names a page that is present and owed to be pushed next, before all
     * others; false: there is none. It is named again until it has left. NULL:
     * none is.
     */
    bool (*ahead)(struct departure *departure, struct page_ref *ref);
    /*
     * At the target: a thread has to wait for a page of the address space, which
     * has just been asked for. NULL: that is all. Others that are going to be
     * needed can be asked for with prefetch_ask().
     */
    void (*missed)(struct arrival *arrival, uint64_t index);
    /* At the target: a page that a thread waits for has come. */
    void (*came)(struct arrival *arrival, uint64_t index);
};

/* Indexed by enum algorithm. */
extern const struct algorithm_ops *const algorithms[ALGORITHM_COUNT];

#endif
