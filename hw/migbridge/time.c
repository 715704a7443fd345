/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: virtual time and what happens in it.
 *
 * All deadlines of the device share one QEMU timer. Whenever it fires, and
 * after each register access that may have changed something, everything that
 * is due is done in one fixed order. So events of the same instant have an
 * order that depends on neither the host nor the history of the timer list.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "hw/core/cpu.h"
#include "system/cpu-timers.h"
#include "migbridge.h"

#define BEAT_MS 200

uint64_t migbridge_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

uint64_t migbridge_instret(void)
{
    return icount_enabled() ? icount_get_insns() : 0;
}

uint64_t migbridge_cycles(void)
{
    return icount_enabled() ? icount_get_cycles() : migbridge_now();
}

uint64_t migbridge_cycles_ns(uint64_t cycles)
{
    return icount_cycle_clock() ? icount_to_ns(cycles) : cycles;
}

/* -- events -- */

static void time_run_timer(MigBridgeState *s, uint64_t now)
{
    if (s->timer_armed && s->timer_ns <= now) {
        s->timer_armed = false;
        migbridge_irq_raise(s, MB_IRQ_TIMER);
    }
}

void migbridge_timer_set(MigBridgeState *s, uint64_t deadline_ns)
{
    s->timer_ns = deadline_ns;
    s->timer_armed = deadline_ns != MB_TIMER_OFF;
}

static void time_arm(MigBridgeState *s)
{
    uint64_t due = MIN(migbridge_sync_due(s), migbridge_tx_due(s));

    due = MIN(due, migbridge_rx_due(s));
    due = MIN(due, migbridge_read_due(s));
    due = MIN(due, s->segment.crash_ns);
    if (s->timer_armed) {
        due = MIN(due, s->timer_ns);
    }
    if (due > INT64_MAX) {
        timer_del(s->timer);
    } else if (timer_expire_time_ns(s->timer) != due) {
        timer_mod_ns(s->timer, due);
    }
}

/* False: nothing happens any more until the vCPU thread has waited. */
static bool time_run_events(MigBridgeState *s, uint64_t now)
{
    if (s->hold.queued || s->ended) {
        migbridge_hold(s);
        return false;
    }
    if (!s->segment.synchronised) {
        /* Nothing but the guest tells us when to look for messages. */
        migbridge_sync_listen(s, now);
    }
    migbridge_read_run(s, now);
    migbridge_tx_run(s, now);
    if (migbridge_sync_crashes(s, now)) {
        migbridge_sync_crash(s, now);
    } else {
        migbridge_rx_run(s, now);
        time_run_timer(s, now);
    }
    if (s->ended || migbridge_record_backlogged(s)) {
        migbridge_hold(s);
        return false;
    }
    return true;
}

void migbridge_run(MigBridgeState *s)
{
    if (time_run_events(s, migbridge_now())) {
        time_arm(s);
    }
}

void migbridge_tick(void *opaque)
{
    MigBridgeState *s = opaque;
    uint64_t now = migbridge_now();

    if (!time_run_events(s, now)) {
        return;
    }
    if (migbridge_sync_due(s) <= now && !migbridge_hold_briefly(s, now)) {
        migbridge_hold(s);
    } else {
        time_arm(s);
    }
}

/* -- signs of life -- */

void migbridge_beat(void *opaque)
{
    MigBridgeState *s = opaque;
    struct mb_node *node = &s->segment.nodes[s->node];

    qatomic_set(&node->beat_ns, migbridge_now());
    qatomic_set(&node->beat_instret, migbridge_instret());
    qatomic_set(&node->beat, node->beat + 1);
    if (!s->ended &&
        qatomic_read(&s->segment.header->ended) == MB_END_ERROR) {
        /* It may be in a window without an end. */
        s->ended = true;
        migbridge_hold(s);
    } else if (!qatomic_read(&node->asleep)) {
        /* Let it account for what it has executed, for the next beat. */
        qemu_cpu_kick(first_cpu);
    }
    timer_mod(s->beat, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + BEAT_MS);
}
