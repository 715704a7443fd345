/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: one virtual time for the cluster.
 *
 * Every node says until when it sends nothing (promise.c), and executes in
 * windows: up to the time before which nothing that it does not know yet can
 * come from any other node. docs/synchronisation.md has the algorithm and its
 * proof. Here is what a promise means for this machine.
 *
 * Two kinds of virtual time are compared here. A *bound* is what a peer's
 * promise is good for: all that comes from there is later. A *due* time is
 * where a timer is set to; what waits for it begins at the end of the
 * instruction that crosses it, up to insn_max_ns - 1 later, and must still not
 * be behind the bound:
 *
 *     due = bound + 1 - insn_max_ns
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "system/cpu-timers.h"
#include "migbridge.h"
#include "trace.h"

/* Timers behind this are off: comparators that are set to the end of time. */
#define SYNC_EVENT_MAX (INT64_MAX / 2)
/* Even a node that nobody holds up says where it is, and looks for the end of
 * the run. Above all, it comes back here when it has fallen idle for good. */
#define SYNC_WINDOW_MAX_NS (10 * SCALE_MS)

static struct mb_node *sync_node(const MigBridgeState *s)
{
    return &s->segment.nodes[s->node];
}

/* -- open -- */

static bool sync_check_latencies(const MigBridgeState *s, Error **errp)
{
    for (uint32_t peer = 0; peer < s->segment.node_count; peer++) {
        const MigBridgeLink *link = &s->in[peer];

        if (link->shared && link->model.latency_ns < s->sync.insn_max_ns) {
            error_setg(errp, "latency of link %" PRIu32 "-%" PRIu32 ", %" PRIu64
                       " ns, is shorter than an instruction, %" PRIu64 " ns",
                       peer, s->node, link->model.latency_ns,
                       s->sync.insn_max_ns);
            return false;
        }
    }
    return true;
}

bool migbridge_sync_open(MigBridgeState *s, Error **errp)
{
    const MigBridgeSegment *seg = &s->segment;
    Promise *promise = &s->sync.promise;

    s->sync = (MigBridgeSync) {
        .window_ns = MB_NEVER,
        .insn_max_ns = icount_enabled() ? icount_insn_max_ns() : 1,
        .promise = {
            .header = seg->header,
            .nodes = seg->nodes,
            .node_count = seg->node_count,
            .self = s->node,
        },
    };
    if (!seg->synchronised) {
        s->sync.due_ns = seg->until_ns;
        return true;
    }
    if (!icount_enabled() || !icount_warps_in_vcpu_thread()) {
        error_setg(errp, "a cluster with a common virtual time needs -icount "
                   "with sleep=off");
        return false;
    }
    if (!sync_check_latencies(s, errp)) {
        return false;
    }
    promise->dist_ns = g_new(uint64_t, seg->node_count);
    promise->bound_ns = g_new(uint64_t, seg->node_count);
    migbridge_distance_measure(s);
    promise_reset(promise);
    for (uint32_t i = 0; i < seg->node_count; i++) {
        if (i != s->node) {
            s->sync.window_ns = MIN(s->sync.window_ns, promise->dist_ns[i]);
        }
    }
    return true;
}

void migbridge_sync_close(MigBridgeState *s)
{
    g_clear_pointer(&s->sync.promise.dist_ns, g_free);
    g_clear_pointer(&s->sync.promise.bound_ns, g_free);
}

uint64_t migbridge_sync_due(const MigBridgeState *s)
{
    return s->sync.due_ns;
}

/* -- what this node will do -- */

static bool sync_cpus_idle(void)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        if (!cpu->halted || cpu_has_work(cpu)) {
            return false;
        }
    }
    return true;
}

/* The next thing that happens here; our own timer is off. */
static uint64_t sync_event(const MigBridgeState *s, uint64_t now)
{
    int64_t delta = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL,
                                               QEMU_TIMER_ATTR_ALL);
    uint64_t event_ns = delta < 0 ? MB_NEVER : now + delta;

    event_ns = MIN(event_ns, migbridge_tx_due(s));
    event_ns = MIN(event_ns, migbridge_rx_due(s));
    event_ns = MIN(event_ns, migbridge_read_due(s));
    event_ns = MIN(event_ns, s->segment.crash_ns);
    if (s->timer_armed) {
        event_ns = MIN(event_ns, s->timer_ns);
    }
    return event_ns > SYNC_EVENT_MAX ? MB_NEVER : event_ns;
}

/* What is the least multiple of @step above @base? */
static uint64_t sync_multiple(uint64_t base, uint64_t step)
{
    return (base / step + 1) * step;
}

/* Windows that end at its multiples are all as long as can be. */
static uint64_t sync_grid(const MigBridgeState *s)
{
    return s->sync.window_ns - (s->sync.insn_max_ns - 1);
}

/*
 * How far this node has to come to do anything at all, as a due time: to its
 * next event, if it is idle, else just ahead. MB_NEVER: nothing happens here
 * any more, unless a peer makes it happen. Say so to the others.
 */
static uint64_t sync_need(MigBridgeState *s, uint64_t now)
{
    uint64_t promise_ns = now, need_ns = now + 1;
    bool beyond;

    if (sync_cpus_idle()) {
        promise_ns = need_ns = sync_event(s, now);
    }
    beyond = promise_ns >= s->segment.until_ns;
    /* What lies beyond the limit now may be called off by a message. */
    qatomic_set(&sync_node(s)->at_limit, beyond && promise_ns != MB_NEVER);
    if (beyond) {
        promise_ns = need_ns = MB_NEVER;
    }
    if (s->schedule.grid && promise_ns != MB_NEVER &&
        s->sync.window_ns != MB_NEVER) {
        promise_ns = now;
        need_ns = MIN(need_ns, sync_multiple(now, sync_grid(s)));
    }
    promise_raise(&s->sync.promise, promise_ns);
    return need_ns;
}

/* -- the end -- */

/*
 * After a node has halted, the others stop where its last promise would stop
 * them: wherever they are at that moment, they come to there, and no further.
 */
static uint64_t sync_stop(const MigBridgeState *s)
{
    const MigBridgeSegment *seg = &s->segment;
    const uint64_t *dist_ns = s->sync.promise.dist_ns;
    bool halted = qatomic_load_acquire(&seg->header->ended) == MB_END_HALT;
    uint64_t stop_ns = MB_NEVER;

    for (uint32_t i = 0; halted && i < seg->node_count; i++) {
        const struct mb_node *node = &seg->nodes[i];

        /* Acquire: pairs with the release in migbridge_sync_leave. */
        if (qatomic_load_acquire(&node->state) == MB_NODE_ENDED &&
            qatomic_read(&node->halt) != 0 && dist_ns[i] != MB_NEVER) {
            stop_ns = MIN(stop_ns, qatomic_read(&node->time_ns) + dist_ns[i] +
                                   1 - s->sync.insn_max_ns);
        }
    }
    return stop_ns;
}

/* Nothing happens anywhere any more. */
static void sync_conclude(MigBridgeState *s)
{
    const MigBridgeSegment *seg = &s->segment;
    bool at_limit = false;

    for (uint32_t i = 0; i < seg->node_count; i++) {
        at_limit = at_limit || qatomic_read(&seg->nodes[i].at_limit);
    }
    migbridge_segment_end(s, at_limit ? MB_END_LIMIT : MB_END_QUIET);
}

/* -- windows -- */

void migbridge_sync_listen(MigBridgeState *s, uint64_t now)
{
    uint64_t news[MB_NEWS_WORDS];

    if (!promise_take(&s->sync.promise, news)) {
        return;
    }
    for (uint32_t word = 0; word < MB_NEWS_WORDS; word++) {
        for (uint64_t bits = news[word]; bits != 0; bits &= bits - 1) {
            migbridge_link_news(s, word * 64 + ctz64(bits), now);
        }
    }
}

static uint64_t sync_add(uint64_t time_ns, uint64_t ns)
{
    return time_ns < MB_NEVER - ns ? time_ns + ns : MB_NEVER;
}

/*
 * The window begins at @base: now, or the first event of an idle node. If it
 * would be one of up to two lookaheads, it ends at a multiple of one: two busy
 * nodes that went as far as they may would always wait for each other.
 */
static void sync_set_window(MigBridgeState *s, uint64_t base, uint64_t bound_ns,
                            uint64_t stop_ns)
{
    const MigBridgeSchedule *schedule = &s->schedule;
    MigBridgeSync *sync = &s->sync;
    uint64_t due_ns = bound_ns >= PROMISE_FAR
                      ? bound_ns : bound_ns + 1 - sync->insn_max_ns;

    if (sync->window_ns != MB_NEVER && due_ns > base &&
        (schedule->grid || due_ns - base <= 2 * sync->window_ns)) {
        due_ns = MIN(due_ns, sync_multiple(base, sync_grid(s)));
    }
    if (schedule->publish_ns != 0) {
        due_ns = MIN(due_ns, sync_multiple(base, schedule->publish_ns));
    }
    if (schedule->window_ns != 0) {
        due_ns = MIN(due_ns, base + schedule->window_ns);
    }
    due_ns = MIN(due_ns, base + SYNC_WINDOW_MAX_NS);
    sync->due_ns = MIN(MIN(due_ns, stop_ns), s->segment.until_ns);
}

MigBridgeVerdict migbridge_sync_ask(MigBridgeState *s, uint64_t now)
{
    MigBridgeSync *sync = &s->sync;
    uint64_t need_ns, stop_ns, base, bound_ns, margin = sync->insn_max_ns - 1;
    uint32_t ended;

    do {
        migbridge_sync_listen(s, now);
        need_ns = sync_need(s, now);
        qatomic_set(&sync_node(s)->time_ns, now);
        ended = qatomic_load_acquire(&s->segment.header->ended);
        if (s->ended || (ended != MB_END_NOT && ended != MB_END_HALT)) {
            return MIGBRIDGE_OVER;
        }
        if (need_ns <= now) {
            /* The timer of some other device is next, and we know enough. */
            sync->due_ns = now;
            return MIGBRIDGE_GO;
        }
        stop_ns = sync_stop(s);
        base = need_ns == now + 1 ? now : need_ns;
        sync->need_ns = sync_add(MIN(need_ns, stop_ns), margin);
        if (!promise_limit(&sync->promise, sync->need_ns,
                           sync_add(base, 2 * MIN(sync->window_ns,
                                                  INT64_MAX / 2) + margin),
                           &bound_ns, &sync->peer)) {
            trace_migbridge_sync_wait(now, sync->promise.own_ns,
                                      sync->need_ns, sync->peer);
            return MIGBRIDGE_WAIT;
        }
        /* What was said before a bound was raised is here, halts as well. */
    } while (promise_has_news(&sync->promise) || sync_stop(s) != stop_ns);

    if (stop_ns < need_ns) {
        return MIGBRIDGE_OVER;
    }
    if (need_ns == MB_NEVER) {
        sync_conclude(s);
        return MIGBRIDGE_OVER;
    }
    sync_set_window(s, base, bound_ns, stop_ns);
    trace_migbridge_sync_go(now, sync->promise.own_ns, bound_ns, sync->due_ns);
    return MIGBRIDGE_GO;
}

bool migbridge_sync_stirs(const MigBridgeState *s)
{
    const MigBridgeSync *sync = &s->sync;

    return promise_bound(&sync->promise, sync->peer) >= sync->need_ns ||
           promise_has_news(&sync->promise) ||
           qatomic_read(&s->segment.header->ended) != MB_END_NOT;
}

void migbridge_promise_sent(MigBridgeState *s, uint32_t target,
                            uint64_t arrival_ns)
{
    MigBridgeSync *sync = &s->sync;

    promise_lower(&sync->promise, target, arrival_ns);
    if (s->segment.synchronised) {
        /* The answer to this is not earlier than that. */
        sync->due_ns = MIN(sync->due_ns,
                           arrival_ns + sync->promise.dist_ns[target] + 1 -
                           sync->insn_max_ns);
    }
}

void migbridge_promise_room(MigBridgeState *s, uint32_t producer,
                            uint64_t at_ns)
{
    migbridge_promise_sent(s, producer, at_ns);
}

/* -- leaving -- */

bool migbridge_sync_crashes(const MigBridgeState *s, uint64_t now)
{
    const MigBridgeSegment *seg = &s->segment;

    return seg->crash_ns <= now ||
           (seg->crash_message != 0 &&
            migbridge_tx_messages(s) >= seg->crash_message);
}

void migbridge_sync_crash(MigBridgeState *s, uint64_t now)
{
    migbridge_record_trace(s, MB_TRACE_CRASH, NULL, (uint64_t[4]) {});
    s->sync.crashed = true;
    s->sync.left_ns = now;
    s->ended = true;
}

void migbridge_sync_halt(MigBridgeState *s, uint32_t code)
{
    s->sync.left_ns = migbridge_now();
    s->ended = true;
    qatomic_set(&sync_node(s)->halt, code);
    migbridge_segment_end(s, MB_END_HALT);
}

void migbridge_sync_publish(MigBridgeState *s, uint64_t now)
{
    struct mb_node *node = sync_node(s);
    uint64_t busy_ns = s->event_ns;

    if (icount_enabled()) {
        busy_ns = MAX(busy_ns, MIN(icount_idle_since(), s->segment.until_ns));
    }
    qatomic_set(&node->time_ns, now);
    qatomic_set(&node->instret, migbridge_instret());
    qatomic_set(&node->busy_ns, busy_ns);
}

void migbridge_sync_leave(MigBridgeState *s)
{
    struct mb_node *node = sync_node(s);
    uint32_t state = s->sync.crashed ? MB_NODE_CRASHED : MB_NODE_ENDED;

    if (s->sync.left) {
        return;
    }
    s->sync.left = true;
    migbridge_sync_publish(s, migbridge_now());
    /* A time that says something: not where an idle node happens to wait. */
    qatomic_set(&node->time_ns, s->sync.left_ns ? s->sync.left_ns
                                                : node->busy_ns);
    trace_migbridge_sync_leave(node->time_ns, state);
    /* Release: who sees this sees all that we ever wrote. */
    qatomic_store_release(&node->state, state);
    if (s->sync.crashed) {
        migbridge_room_crashed(s, s->sync.left_ns);
    }
    promise_raise(&s->sync.promise, MB_NEVER);
    for (uint32_t i = 0; node->halt != 0 && i < s->segment.node_count; i++) {
        promise_rouse(&s->segment.nodes[i]);
    }
    migbridge_segment_attention(s);
}
