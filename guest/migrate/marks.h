/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records that a ledger is made of (hw/abi/trace.h).
 *
 * Instants of the critical path are taken where they happen and written down
 * later, off the path, with their own time: as cycles, of which the device
 * makes nanoseconds.
 */
#ifndef MIGRATE_MARKS_H
#define MIGRATE_MARKS_H

#include <stdint.h>

#include "arch/clock.h"
#include "arch/frame.h"
#include "hw/abi/trace.h"
#include "proc/proc.h"

/* No migration of the plan: asked for by a program. */
#define PLAN_NONE   UINT32_MAX

/* What all records and messages of one migration have in common. */
struct move {
    uint32_t pid;
    uint32_t epoch;             /* 0 until the process is frozen */
    uint32_t source;            /* node */
    uint32_t target;            /* node */
    union {
        uint32_t kind;          /* mb_move_kind of hw/abi/message.h */
        struct {
            uint16_t algorithm;
            uint16_t without;   /* techniques, enum technique_set */
        };
    };
    uint32_t plan_index;        /* or PLAN_NONE */
    uint32_t pager;             /* enum pager: who serves what stays behind */
};

/*
 * Whether the stay in user mode that this trap ended was one: an interrupt
 * may be taken before the first instruction, and then nothing has resumed.
 */
bool marks_has_run(const struct frame *frame);

void mark_phase(const struct move *move, enum mb_phase_mark mark,
                struct instant at);
/* `mark`: enum mb_fault_mark, with flags. */
void mark_fault(const struct move *move, uint64_t tag,
                uint32_t mark, uint32_t object, uint64_t index,
                struct instant at);
struct round;
/* All pages of a round are at the target, at this moment. */
void mark_round(const struct move *move, const struct round *round);
/* Records about a whole migration, at this moment. */
void mark_abort(const struct move *move, int error);
void mark_timeout(const struct move *move, int error);
void mark_drained(const struct move *move, uint64_t pushed, uint64_t served,
                  uint64_t pages);
/* What the process has done since it came. */
void mark_settled(const struct move *move, const struct proc *proc);
/* Pages were asked for ahead of their use: how many batches, how many pages
 * came, how many of them the process used. */
struct prefetch_count {
    uint64_t batches;
    uint64_t pages;
    uint64_t hits;
};
void mark_prefetch(uint32_t pid, uint32_t epoch,
                   const struct prefetch_count *count);
void mark_duplicate(uint32_t pid, uint32_t epoch, uint32_t object,
                    uint64_t index);

#endif
