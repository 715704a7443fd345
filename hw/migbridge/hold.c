/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the vCPU stands still.
 *
 * Waiting for a peer or for the host tool must not let virtual time move, and
 * must not keep the emulator from answering its user. So it is done by work
 * queued to the vCPU thread: no instruction executes while that work is there,
 * and the clock only moves in that thread. A timer callback would be the wrong
 * place: pausing the machine waits for callbacks, and they must not drop the
 * BQL. While it waits, the work has dropped the BQL, and whoever wants the
 * thread for something else wakes it.
 *
 * Most windows need no such wait, or one of microseconds: then the callback of
 * the timer watches the peer for a moment, BQL or not, which is much cheaper.
 */
#include "qemu/osdep.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include "qapi/error.h"
#include "qemu/atomic.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "hw/core/cpu.h"
#include "system/cpus.h"
#include "system/runstate.h"
#include "migbridge.h"
#include "trace.h"

/* How long to watch a peer before falling asleep: with the BQL and without. */
#define BRIEFLY_NS (50 * SCALE_US)
#define WATCH_NS (200 * SCALE_US)
/* Watching is for nothing if the peer has more virtual time than that to go. */
#define FAR_NS (500 * SCALE_US)
/* Looks between two yields. */
#define LOOKS 4
/* A yield that took that long gave the core to something that computes. For
 * the time given here, sleep at once: who wakes up is served before it. */
#define YIELD_MAX_NS (1 * SCALE_MS)
#define LOADED_NS (100 * SCALE_MS)
/* A peer that is near and does not come: see hold_nudge. */
#define NUDGE_NS (400 * SCALE_US)
#define NUDGE_MAX_NS (4 * SCALE_MS)
/* How long a request to pause goes unnoticed while the tool is waited for. */
#define RECORD_POLL_NS (5 * SCALE_MS)

bool migbridge_hold_open(MigBridgeState *s, Error **errp)
{
    static const char *const waits[] = { "auto", "spin", "yield", "futex" };
    MigBridgeSchedule *schedule = &s->schedule;
    const char *how = schedule->schedule_name ?: "event";
    const char *wait = schedule->wait_name ?: "auto";

    for (unsigned i = 0; i < ARRAY_SIZE(waits); i++) {
        if (strcmp(wait, waits[i]) == 0) {
            schedule->waiting = i;
            schedule->grid = strcmp(how, "grid") == 0;
            if (schedule->grid || strcmp(how, "event") == 0) {
                return true;
            }
        }
    }
    error_setg(errp, "x-schedule is event or grid, x-wait is auto, spin, yield "
               "or futex");
    return false;
}

/* -- somebody else wants the vCPU thread -- */

static void hold_kicked(Notifier *notifier, void *cpu)
{
    MigBridgeState *s = container_of(notifier, MigBridgeState, hold.kicked);
    struct mb_node *node = &s->segment.nodes[s->node];

    if (!qemu_in_vcpu_thread()) {
        promise_rouse(node);
    }
}

void migbridge_hold_start(MigBridgeState *s)
{
    s->hold.kicked.notify = hold_kicked;
    qemu_add_cpu_kick_notifier(&s->hold.kicked);
}

void migbridge_hold_stop(MigBridgeState *s)
{
    notifier_remove(&s->hold.kicked);
}

static bool hold_is_wanted(CPUState *cpu)
{
    return cpu->stop || !cpu_work_list_empty(cpu);
}

/* -- waiting -- */

void migbridge_wake(uint32_t *word)
{
    /* Not private: the sleepers are other processes. */
    syscall(__NR_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void promise_wake(uint32_t *word)
{
    migbridge_wake(word);
}

/* May the peer that we wait for come at any moment? */
static bool hold_is_near(const MigBridgeSync *sync)
{
    return promise_bound(&sync->promise, sync->peer) + FAR_NS > sync->need_ns;
}

/* Is it worth it to watch at all? */
static bool hold_may_watch(const MigBridgeState *s, int64_t host_ns)
{
    switch (s->schedule.waiting) {
    case MIGBRIDGE_WAIT_FUTEX:
        return false;
    case MIGBRIDGE_WAIT_AUTO:
        return host_ns >= s->hold.loaded_until_ns && hold_is_near(&s->sync);
    default:
        return true;
    }
}

/* Watch the peer that we wait for. True: it is worth asking again. */
static bool hold_watch(MigBridgeState *s, CPUState *cpu, int64_t patience_ns)
{
    int64_t start_ns = get_clock(), last_ns = start_ns, host_ns = start_ns;

    if (!hold_may_watch(s, start_ns)) {
        return false;
    }
    while (host_ns - start_ns < patience_ns) {
        for (unsigned i = 0; i < LOOKS; i++) {
            if (migbridge_sync_stirs(s) || hold_is_wanted(cpu)) {
                return true;
            }
            cpu_relax();
        }
        if (s->schedule.waiting != MIGBRIDGE_WAIT_SPIN) {
            /* If the peer has a core of its own, this costs next to nothing. */
            sched_yield();
        }
        last_ns = host_ns;
        host_ns = get_clock();
        if (host_ns - last_ns > YIELD_MAX_NS) {
            s->hold.loaded_until_ns = host_ns + LOADED_NS;
            break;
        }
    }
    return migbridge_sync_stirs(s);
}

/*
 * On a loaded host the peer may stand in line behind a stranger. Linux lets the
 * stranger run until its next tick, of 4 ms, if nobody wakes up on that core;
 * then it chooses anew, and the peer's slice is the shorter one. So wake up now
 * and then, less and less often: nobody is late by more than a tick for long.
 */
static void hold_nudge(const uint32_t *word, uint32_t value)
{
    struct timespec pause = { .tv_nsec = NUDGE_NS };

    while (pause.tv_nsec <= NUDGE_MAX_NS) {
        if (syscall(__NR_futex, word, FUTEX_WAIT, value, &pause, NULL, 0) == 0 ||
            errno != ETIMEDOUT) {
            return;
        }
        pause.tv_nsec *= 2;
    }
    syscall(__NR_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void hold_sleep(MigBridgeState *s, CPUState *cpu)
{
    Promise *promise = &s->sync.promise;
    struct mb_node *node = &s->segment.nodes[s->node];
    uint32_t turn = promise_doze(promise, s->sync.peer, s->sync.need_ns);

    trace_migbridge_hold_sleep(migbridge_now());
    if (!migbridge_sync_stirs(s) && !hold_is_wanted(cpu)) {
        if (hold_is_near(&s->sync)) {
            hold_nudge(&node->turn, turn);
        } else {
            syscall(__NR_futex, &node->turn, FUTEX_WAIT, turn, NULL, NULL, 0);
        }
    }
    promise_awake(promise);
}

static void hold_wait(MigBridgeState *s, CPUState *cpu)
{
    if (!hold_watch(s, cpu, WATCH_NS)) {
        hold_sleep(s, cpu);
    }
}

static void hold_wait_for_room(uint32_t *word, uint32_t value)
{
    const struct timespec timeout = { .tv_nsec = RECORD_POLL_NS };

    syscall(__NR_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

/* -- the work -- */

bool migbridge_hold_briefly(MigBridgeState *s, uint64_t now)
{
    MigBridgeVerdict verdict;

    if (!s->segment.synchronised) {
        return false;
    }
    while ((verdict = migbridge_sync_ask(s, now)) == MIGBRIDGE_WAIT) {
        if (hold_is_wanted(first_cpu) ||
            !hold_watch(s, first_cpu, BRIEFLY_NS)) {
            return false;
        }
    }
    /* A timer must not set itself to what is not in the future. */
    return verdict == MIGBRIDGE_GO && migbridge_sync_due(s) > now;
}

/* Come back at the same virtual time, before the next instruction. */
static void hold_again_later(MigBridgeState *s)
{
    s->hold.queued = false;
    timer_mod_ns(s->timer, migbridge_now());
}

/* The run is over: the machine is paused, and would be again if continued. */
static void hold_for_good(MigBridgeState *s, CPUState *cpu)
{
    migbridge_sync_leave(s);
    hold_again_later(s);
    if (runstate_is_running() && !cpu->stopped) {
        vm_stop(RUN_STATE_PAUSED);
    }
}

/* May the vCPU go on, or is the run over for it? If not, wait for a while. */
static bool hold_is_over(MigBridgeState *s, CPUState *cpu)
{
    MigBridgeVerdict verdict = MIGBRIDGE_GO;
    uint32_t *word, value;

    if (s->ended) {
        /* A node that has crashed does not end the run. */
        verdict = MIGBRIDGE_OVER;
    } else if (s->segment.synchronised) {
        verdict = migbridge_sync_ask(s, migbridge_now());
    } else if (migbridge_sync_due(s) <= migbridge_now()) {
        migbridge_segment_end(s, MB_END_LIMIT);
        verdict = MIGBRIDGE_OVER;
    }
    s->ended = verdict == MIGBRIDGE_OVER;
    if (verdict == MIGBRIDGE_WAIT) {
        bql_unlock();
        hold_wait(s, cpu);
        bql_lock();
        return false;
    }
    /* Records last: the end of the run, too, leaves one now and then. */
    if (!migbridge_record_drain(s, &word, &value)) {
        bql_unlock();
        hold_wait_for_room(word, value);
        bql_lock();
        return false;
    }
    return true;
}

static void hold_work(CPUState *cpu, run_on_cpu_data data)
{
    MigBridgeState *s = data.host_ptr;

    while (!hold_is_over(s, cpu)) {
        if (cpu->stop) {
            hold_again_later(s);
            return;
        }
        if (!cpu_work_list_empty(cpu)) {
            /* Somebody may be waiting for his work to be done: after us. */
            async_run_on_cpu(cpu, hold_work, data);
            return;
        }
    }
    if (s->ended) {
        hold_for_good(s, cpu);
        return;
    }
    s->hold.queued = false;
    migbridge_run(s);
}

void migbridge_hold(MigBridgeState *s)
{
    if (!s->hold.queued) {
        s->hold.queued = true;
        /* The clock stands still now, no need to be woken by it. */
        timer_del(s->timer);
        async_run_on_cpu(first_cpu, hold_work, RUN_ON_CPU_HOST_PTR(s));
    }
}
