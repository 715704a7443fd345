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
#include "system/cpu-timers.h"
#include "migbridge.h"

uint64_t migbridge_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

uint64_t migbridge_instret(void)
{
    return icount_enabled() ? icount_get_insns() : 0;
}

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
    uint64_t due = MIN(migbridge_sync_due(s), s->tx.end_ns);

    due = MIN(due, migbridge_rx_due(s));
    if (s->timer_armed) {
        due = MIN(due, s->timer_ns);
    }
    if (due > INT64_MAX) {
        timer_del(s->timer);
    } else if (timer_expire_time_ns(s->timer) != due) {
        timer_mod_ns(s->timer, due);
    }
}

void migbridge_run(MigBridgeState *s)
{
    uint64_t now = migbridge_now();

    if (s->segment.grid_ns == 0) {
        migbridge_link_refresh(s, now);
    }
    migbridge_tx_run(s, now);
    migbridge_rx_run(s, now);
    time_run_timer(s, now);

    if (s->ended || migbridge_record_backlogged(s) ||
        migbridge_sync_due(s) <= now) {
        /* Nothing happens any more until the vCPU thread has waited. */
        migbridge_hold(s);
    } else {
        time_arm(s);
    }
}
