/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the vCPU stands still.
 *
 * Waiting for a peer or for the host tool must not let virtual time move, and
 * must not keep the emulator from answering its user. So it is done by work
 * queued to the vCPU thread: no instruction executes while that work is there,
 * and the clock only moves in that thread. A timer callback would be the wrong
 * place: pausing the machine waits for callbacks, and they must not drop the
 * BQL. While it sleeps, the work has dropped the BQL, and it looks up now and
 * then whether the machine is to be paused, which nothing else would tell it.
 */
#include "qemu/osdep.h"
#include <linux/futex.h>
#include <sys/syscall.h>
#include "qemu/atomic.h"
#include "qemu/main-loop.h"
#include "hw/core/cpu.h"
#include "system/cpus.h"
#include "system/runstate.h"
#include "migbridge.h"
#include "trace.h"

/* How long a request to pause can go unnoticed. */
#define HOLD_POLL_NS (5 * 1000 * 1000)

void migbridge_wake(uint32_t *word)
{
    /* Not private: the sleepers are other processes. */
    syscall(__NR_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static bool hold_spin(const MigBridgeState *s, const MigBridgeWait *wait)
{
    for (uint32_t i = 0; wait->spin && i < s->spins; i++) {
        if (qatomic_read(wait->word) != wait->value) {
            return true;
        }
        cpu_relax();
    }
    return false;
}

static void hold_sleep(MigBridgeState *s, const MigBridgeWait *wait)
{
    const struct timespec timeout = { .tv_nsec = HOLD_POLL_NS };

    if (hold_spin(s, wait)) {
        return;
    }
    trace_migbridge_hold_sleep(migbridge_now());
    if (wait->sleepers) {
        /*
         * Full barrier: either the peer sees us counted after it has changed
         * the word, and wakes us, or the kernel sees the changed word.
         * A sleeper that gets killed leaves its count behind; that costs its
         * peers a system call per step and nothing else.
         */
        qatomic_inc(wait->sleepers);
    }
    syscall(__NR_futex, wait->word, FUTEX_WAIT, wait->value, &timeout,
            NULL, 0);
    if (wait->sleepers) {
        qatomic_dec(wait->sleepers);
    }
}

/* Records last: the end of the run, too, leaves one now and then. */
static bool hold_is_over(MigBridgeState *s, MigBridgeWait *wait)
{
    return (s->ended || migbridge_sync_pass(s, migbridge_now(), wait)) &&
           migbridge_record_drain(s, wait);
}

/* Come back at the same virtual time, before the next instruction. */
static void hold_again_later(MigBridgeState *s)
{
    s->hold_queued = false;
    timer_mod_ns(s->timer, migbridge_now());
}

/* The run is over: the machine is paused, and would be again if continued. */
static void hold_for_good(MigBridgeState *s, CPUState *cpu)
{
    migbridge_sync_leave(s, migbridge_now());
    hold_again_later(s);
    if (runstate_is_running() && !cpu->stopped) {
        vm_stop(RUN_STATE_PAUSED);
    }
}

static void hold_work(CPUState *cpu, run_on_cpu_data data)
{
    MigBridgeState *s = data.host_ptr;
    MigBridgeWait wait;

    while (!hold_is_over(s, &wait)) {
        if (cpu->stop) {
            hold_again_later(s);
            return;
        }
        if (!cpu_work_list_empty(cpu)) {
            /* Somebody may be waiting for his work to be done: after us. */
            async_run_on_cpu(cpu, hold_work, data);
            return;
        }
        bql_unlock();
        hold_sleep(s, &wait);
        bql_lock();
    }
    if (s->ended) {
        hold_for_good(s, cpu);
        return;
    }
    s->hold_queued = false;
    migbridge_run(s);
}

void migbridge_hold(MigBridgeState *s)
{
    if (!s->hold_queued) {
        s->hold_queued = true;
        /* The clock stands still now, no need to be woken by it. */
        timer_del(s->timer);
        async_run_on_cpu(first_cpu, hold_work, RUN_ON_CPU_HOST_PTR(s));
    }
}
