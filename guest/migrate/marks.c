/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace records of migrations. docs/migration.md says what each mark means.
 */
#include "migrate/marks.h"

#include "arch/csr.h"
#include "drivers/migbridge.h"
#include "migrate/algorithm.h"

static uint64_t plan_arg(const struct move *move)
{
    return move->plan_index == PLAN_NONE ? UINT64_MAX : move->plan_index;
}

static void stamp(const struct move *move, enum mb_trace_type type,
                  struct instant at, const uint64_t arg[4])
{
    struct mb_trace_record record = {
        .time_ns = at.cycles,
        .instret = at.instret,
        .type = type,
        .pid = move->pid,
        .epoch = move->epoch,
        .arg = { arg[0], arg[1], arg[2], arg[3] },
    };

    bridge_stamp(&record);
}

bool marks_has_run(const struct frame *frame)
{
    return !(frame->cause >> CAUSE_INTERRUPT_SHIFT) ||
           instant_left(frame).instret != instant_entered(frame).instret;
}

void mark_phase(const struct move *move, enum mb_phase_mark mark,
                struct instant at)
{
    stamp(move, MB_TRACE_PHASE, at,
          (uint64_t[]){ mark, move->kind, move->target, plan_arg(move) });
}

void mark_fault(const struct move *move, uint64_t tag,
                uint32_t mark, uint32_t object, uint64_t index,
                struct instant at)
{
    stamp(move, MB_TRACE_FAULT, at,
          (uint64_t[]){ tag, mark, object, index });
}

void mark_round(const struct move *move, const struct round *round)
{
    bridge_trace(MB_TRACE_ROUND, move->pid, move->epoch, round->number,
                 round->sent, round->changed, 0);
}

void mark_abort(const struct move *move, int error)
{
    bridge_trace(MB_TRACE_ABORT, move->pid, move->epoch, (uint64_t)error,
                 move->kind, move->target, plan_arg(move));
}

void mark_timeout(const struct move *move, int error)
{
    bridge_trace(MB_TRACE_TIMEOUT, move->pid, move->epoch, (uint64_t)error, 0,
                 0, plan_arg(move));
}

void mark_drained(const struct move *move, uint64_t pushed, uint64_t served,
                  uint64_t pages)
{
    bridge_trace(MB_TRACE_DRAINED, move->pid, move->epoch, pushed, served,
                 pages, plan_arg(move));
}

void mark_settled(const struct move *move, const struct proc *proc)
{
    if (proc->first_run.cycles != 0) {
        stamp(move, MB_TRACE_FIRST_RUN, proc->first_run, (uint64_t[4]){});
    }
    bridge_trace(MB_TRACE_SETTLED, move->pid, move->epoch,
                 proc->user_time.cycles, 0, 0, 0);
}

void mark_prefetch(uint32_t pid, uint32_t epoch,
                   const struct prefetch_count *count)
{
    bridge_trace(MB_TRACE_PREFETCH, pid, epoch, count->batches, count->pages,
                 count->hits, 0);
}

void mark_duplicate(uint32_t pid, uint32_t epoch, uint32_t object,
                    uint64_t index)
{
    bridge_trace(MB_TRACE_DUPLICATE, pid, epoch, object, index, 0, 0);
}
