/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: one virtual time for the cluster, on a fixed grid.
 *
 * All nodes meet at the multiples of grid_ns, and at until_ns: nobody goes on
 * from point k before everybody has reached it. The first byte of a message
 * that was sent after point k leaves at k * grid_ns or later, so with
 *
 *     grid_ns <= latency - (ns_per_insn - 1)
 *
 * it arrives after its receiver has passed point k + 1, where it looks for new
 * messages. (An instruction that crosses a deadline ends up to ns_per_insn - 1
 * behind it, and so does everything that waited for the deadline.)
 *
 * What a node decides at point k depends only on what its peers published at
 * point k: the tails of their rings and whether they were quiet. Since nobody
 * can reach k + 2 before all have left k, two copies of each are enough,
 * selected by the parity of k.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "system/cpu-timers.h"
#include "migbridge.h"
#include "trace.h"

static bool sync_check_latency(const MigBridgeState *s,
                               const MigBridgeLink *link, Error **errp)
{
    const MigBridgeSegment *seg = &s->segment;

    if (link->shared &&
        link->latency_ns < seg->grid_ns + seg->ns_per_insn - 1) {
        error_setg(errp, "grid of %" PRIu64 " ns is too coarse for the "
                   "latency of link %" PRIu32 "-%" PRIu32 ", %" PRIu64 " ns",
                   seg->grid_ns, link->source, link->target,
                   link->latency_ns);
        return false;
    }
    return true;
}

bool migbridge_sync_open(MigBridgeState *s, Error **errp)
{
    const MigBridgeSegment *seg = &s->segment;

    s->sync = (MigBridgeSync) { .due_ns = 0 };
    if (seg->grid_ns == 0) {
        s->sync.due_ns = seg->until_ns ? seg->until_ns : MIGBRIDGE_NEVER;
        return true;
    }
    if (!icount_enabled()) {
        error_setg(errp, "a cluster with a common virtual time needs -icount");
        return false;
    }
    if (seg->grid_ns > INT64_MAX / 4) {
        error_setg(errp, "grid of %" PRIu64 " ns is impossible", seg->grid_ns);
        return false;
    }
    for (uint32_t peer = 0; peer < seg->node_count; peer++) {
        if (!sync_check_latency(s, &s->in[peer], errp) ||
            !sync_check_latency(s, &s->out[peer], errp)) {
            return false;
        }
    }
    return true;
}

uint64_t migbridge_sync_due(const MigBridgeState *s)
{
    return s->sync.due_ns;
}

/* -- quiet -- */

static bool sync_cpus_quiet(void)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        if (!cpu->halted || cpu_has_work(cpu)) {
            return false;
        }
    }
    return true;
}

/* Will any timer of this machine but ours, which is off now, fire? */
static bool sync_timers_quiet(const MigBridgeState *s, uint64_t now)
{
    uint64_t until = s->segment.until_ns ? s->segment.until_ns : INT64_MAX / 2;
    int64_t delta;

    if (s->timer_armed && s->timer_ns < until) {
        return false;
    }
    /* A comparator that is set to the end of time counts as off. */
    delta = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL,
                                       QEMU_TIMER_ATTR_ALL);
    return delta < 0 || now + delta >= until;
}

/* Can nothing happen on this node any more unless a peer makes it happen? */
static bool sync_is_quiet(const MigBridgeState *s, uint64_t now)
{
    return sync_cpus_quiet() && migbridge_tx_quiet(s, now) &&
           migbridge_rx_quiet(s, now) && sync_timers_quiet(s, now);
}

/* -- meeting points -- */

static void sync_publish_state(MigBridgeState *s, uint64_t now)
{
    struct mb_node *node = &s->segment.nodes[s->node];
    uint64_t instret = migbridge_instret();

    if (instret != s->sync.instret || s->tx.end_ns != MIGBRIDGE_NEVER) {
        s->sync.busy_ns = now;
        s->sync.instret = instret;
    }
    qatomic_set(&node->time_ns, now);
    qatomic_set(&node->instret, instret);
    qatomic_set(&node->busy_ns, s->sync.busy_ns);
}

static void sync_reach(MigBridgeState *s, uint64_t now)
{
    MigBridgeSegment *seg = &s->segment;
    struct mb_node *node = &seg->nodes[s->node];
    uint32_t parity = s->sync.point & 1;
    bool quiet = sync_is_quiet(s, now);

    for (uint32_t peer = 0; peer < seg->node_count; peer++) {
        if (s->in[peer].shared) {
            qatomic_set(&s->in[peer].shared->credit[parity], s->in[peer].tail);
        }
    }
    sync_publish_state(s, now);
    qatomic_set(&node->quiet, (node->quiet & ~(1u << parity)) |
                              (uint32_t)quiet << parity);
    trace_migbridge_sync_reach(now, s->sync.point, quiet);

    /*
     * Release: all of the above, and the messages sent so far, belong to the
     * point. The full barrier orders the point before the look for sleepers,
     * see hold_sleep.
     */
    qatomic_store_release(&node->grid, s->sync.point);
    smp_mb();
    if (qatomic_read(&node->waiters)) {
        migbridge_wake(&node->grid);
    }
    s->sync.reached = true;
    s->sync.awaited = 0;
}

/* Has @node reached the point where we are? If not, what to sleep on. */
static bool sync_is_there(const MigBridgeState *s, struct mb_node *node,
                          MigBridgeWait *wait)
{
    uint32_t value;

    if (s->sync.point == 0) {
        value = qatomic_load_acquire(&node->state);
        *wait = (MigBridgeWait) { .word = &node->state, .value = value };
        return value != MB_NODE_ABSENT;
    }
    /* Acquire: pairs with the release in sync_reach. */
    value = qatomic_load_acquire(&node->grid);
    *wait = (MigBridgeWait) { .word = &node->grid, .value = value,
                              .sleepers = &node->waiters, .spin = true };
    return (int32_t)(value - s->sync.point) >= 0;
}

static bool sync_all_there(MigBridgeState *s, MigBridgeWait *wait)
{
    MigBridgeSync *sync = &s->sync;

    while (sync->awaited < s->segment.node_count) {
        if (!sync_is_there(s, &s->segment.nodes[sync->awaited], wait)) {
            return false;
        }
        sync->awaited++;
    }
    return true;
}

static bool sync_all_quiet(const MigBridgeState *s)
{
    uint32_t bit = 1u << (s->sync.point & 1);

    for (uint32_t i = 0; i < s->segment.node_count; i++) {
        if (!(qatomic_read(&s->segment.nodes[i].quiet) & bit)) {
            return false;
        }
    }
    return true;
}

/* Everybody is here: the end, or on to the next point. */
static void sync_conclude(MigBridgeState *s, uint64_t now)
{
    const MigBridgeSegment *seg = &s->segment;
    MigBridgeSync *sync = &s->sync;

    trace_migbridge_sync_pass(now, sync->point);
    if (sync->point > 0 && sync_all_quiet(s)) {
        migbridge_segment_end(s, MB_END_QUIET, 0, 0, sync->due_ns);
        return;
    }
    if (seg->until_ns != 0 && sync->due_ns >= seg->until_ns) {
        migbridge_segment_end(s, MB_END_LIMIT, 0, 0, sync->due_ns);
        return;
    }
    if (sync->point == 0) {
        qatomic_set(&seg->nodes[s->node].state, MB_NODE_RUNNING);
    }
    migbridge_link_refresh(s, now);
    sync->point++;
    sync->reached = false;
    /* From the nominal time: 'now' can be a part of an instruction later. */
    sync->due_ns += seg->grid_ns;
    if (seg->until_ns != 0) {
        sync->due_ns = MIN(sync->due_ns, seg->until_ns);
    }
}

bool migbridge_sync_pass(MigBridgeState *s, uint64_t now, MigBridgeWait *wait)
{
    uint32_t ended;

    if (now < s->sync.due_ns) {
        return true;
    }
    if (s->segment.grid_ns == 0) {
        migbridge_segment_end(s, MB_END_LIMIT, 0, 0, s->sync.due_ns);
        return true;
    }
    if (!s->sync.reached) {
        sync_reach(s, now);
    }
    ended = qatomic_read(&s->segment.header->ended);
    /*
     * A node that halted never reaches its next point, so its peers all stop
     * there, whatever the order in which they hear of it. Only the host tool
     * stops a run at once.
     */
    if (ended != MB_END_STOP && sync_all_there(s, wait)) {
        sync_conclude(s, now);
        return true;
    }
    if (ended != MB_END_NOT) {
        s->ended = true;
        return true;
    }
    return false;
}

void migbridge_sync_leave(MigBridgeState *s, uint64_t now)
{
    struct mb_node *node = &s->segment.nodes[s->node];

    sync_publish_state(s, now);
    /* Release: the host tool that sees this sees all that we ever wrote. */
    qatomic_store_release(&node->state, MB_NODE_ENDED);
    migbridge_segment_attention(s);
}
