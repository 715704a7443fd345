/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does an emulator hang?
 *
 * A node's main loop counts mb_node.beat some times a second. While it does,
 * and virtual time moves anywhere, nothing is asked of the system. If a beat
 * is overdue, its process is looked at, and it hangs if
 *
 *   - a signal has stopped it;
 *   - all its threads sleep, none has run since the last looks, and the main
 *     thread waits for another one: whoever could wake it sleeps, too;
 *   - its threads have had BUSY_MS of the processor, not of the clock, since
 *     the main thread last got anywhere.
 *
 * A thread that waits for a processor or a disk, that a debugger holds, or
 * whose time-out is late, matches none of these, however long it takes.
 *
 * If all beats come but the cluster stands still, and the processor threads of
 * all emulators sleep and do not run from one look to the next, then one of
 * them hangs: by the rules of the clock, somebody can always run.
 */
#include "watch.h"

#include "child-state.h"
#include "error.h"

#define OVERDUE_MS      400     /* two beats */
#define STILL_MS        400     /* the cluster stands still */
#define LOOKS           3       /* in a row before a sleep is for ever */
#define BUSY_MS         600     /* of processor time: three beats */
#define STATES_AT_ONCE  16      /* asking the system costs time, too */

typedef struct {
    pid_t pid;
    uint32_t beat;
    uint64_t beat_ms;           /* when it changed */
    unsigned looks;             /* since it is overdue, and nothing moved */
    ChildState first;           /* when it was found to be overdue */
    ChildState last;
} Suspect;

struct Watch {
    const Segment *segment;
    Suspect *nodes;
    uint32_t next;              /* node to look at first */
    bool halts;
    /* of the whole cluster */
    uint64_t position;
    uint64_t moved_ms;
    uint64_t switches;
    unsigned looks;
};

Watch *watch_new(const Segment *segment)
{
    Watch *watch = g_new0(Watch, 1);

    watch->segment = segment;
    watch->nodes = g_new0(Suspect, segment->node_count);
    return watch;
}

void watch_free(Watch *watch)
{
    if (watch != NULL) {
        g_free(watch->nodes);
        g_free(watch);
    }
}

void watch_add(Watch *watch, uint32_t node, pid_t pid)
{
    watch->nodes[node].pid = pid;
}

void watch_allow_halts(Watch *watch)
{
    watch->halts = true;
}

static bool is_alive(const struct mb_node *line)
{
    uint32_t state = __atomic_load_n(&line->state, __ATOMIC_ACQUIRE);

    return state != MB_NODE_ENDED && state != MB_NODE_CRASHED;
}

static bool is_asleep(const ChildState *state)
{
    return state->main.asleep && state->others.asleep;
}

/* None of its threads ran between the two. */
static bool is_unmoved(const ChildState *a, const ChildState *b)
{
    return a->main.switches == b->main.switches &&
        a->others.switches == b->others.switches &&
        a->main.cpu_ms == b->main.cpu_ms &&
        a->others.cpu_ms == b->others.cpu_ms;
}

/* Processor time that went without the main thread's getting anywhere: its
 * own, or that of others while it never woke from its wait for them. */
static uint64_t wasted_ms(const Suspect *suspect, const ChildState *state)
{
    uint64_t own = state->main.cpu_ms - suspect->first.main.cpu_ms;
    uint64_t others = state->others.cpu_ms - suspect->first.others.cpu_ms;
    bool stuck = state->in_futex && suspect->first.in_futex &&
        state->main.switches == suspect->first.main.switches;

    return own + (stuck ? others : 0);
}

static bool judge(const Watch *watch, Suspect *suspect,
                  const ChildState *state, GError **error)
{
    if (suspect->looks == 0) {
        suspect->first = *state;
    }
    bool blocked = is_asleep(state) && state->in_futex;
    bool still = suspect->looks > 0 && is_unmoved(state, &suspect->last) &&
        (state->stopped || blocked);
    suspect->last = *state;
    suspect->looks = still ? suspect->looks + 1 : 1;
    if (still && state->stopped) {
        return godwit_fail(error, "a signal has stopped the emulator");
    }
    if (blocked && suspect->looks > LOOKS) {
        return godwit_fail(error, "the emulator hangs: all its threads wait "
                           "for each other");
    }
    if (!watch->halts && wasted_ms(suspect, state) >= BUSY_MS) {
        return godwit_fail(error, "the emulator hangs: it is busy, but its "
                           "main loop does not come round");
    }
    return true;
}

static bool look_at_node(Watch *watch, uint32_t node, uint64_t now_ms,
                         unsigned *asked, GError **error)
{
    Suspect *suspect = &watch->nodes[node];
    const struct mb_node *line = &watch->segment->nodes[node];
    uint32_t beat = __atomic_load_n(&line->beat, __ATOMIC_RELAXED);
    ChildState state;

    if (beat != suspect->beat || suspect->beat_ms == 0 || !is_alive(line)) {
        suspect->beat = beat;
        suspect->beat_ms = now_ms;
        suspect->looks = 0;
    }
    if (now_ms - suspect->beat_ms < OVERDUE_MS) {
        return true;
    }
    (*asked)++;
    return !child_state_read(suspect->pid, &state) ||
        judge(watch, suspect, &state, error);
}

/* Somebody's beat is overdue: what to say of him is look_at_node's. */
static bool is_anybody_overdue(const Watch *watch)
{
    for (uint32_t i = 0; i < watch->segment->node_count; i++) {
        if (watch->nodes[i].looks > 0) {
            return true;
        }
    }
    return false;
}

/* Changes when anything happens in the cluster. */
static uint64_t sum_positions(const Segment *segment)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < segment->node_count; i++) {
        const struct mb_node *line = &segment->nodes[i];
        sum += __atomic_load_n(&line->time_ns, __ATOMIC_RELAXED) +
            __atomic_load_n(&line->beat_ns, __ATOMIC_RELAXED) +
            __atomic_load_n(&line->beat_instret, __ATOMIC_RELAXED) +
            __atomic_load_n(&line->promise_ns, __ATOMIC_RELAXED) +
            __atomic_load_n(&line->state, __ATOMIC_RELAXED);
    }
    return sum;
}

/* Do the processor threads of all emulators sleep? *switches: how often they
 * have fallen asleep so far. */
static bool all_sleep(const Watch *watch, uint64_t *switches)
{
    *switches = 0;
    for (uint32_t i = 0; i < watch->segment->node_count; i++) {
        ChildState state;
        if (!is_alive(&watch->segment->nodes[i])) {
            continue;
        }
        if (!child_state_read(watch->nodes[i].pid, &state) ||
            !is_asleep(&state)) {
            return false;
        }
        *switches += state.others.switches;
    }
    return true;
}

/* The first one that could go on, or else the first one. */
static uint32_t find_culprit(const Segment *segment)
{
    uint32_t first = segment->node_count;

    for (uint32_t i = 0; i < segment->node_count; i++) {
        const struct mb_node *line = &segment->nodes[i];
        if (!is_alive(line)) {
            continue;
        }
        if (__atomic_load_n(&line->waiting, __ATOMIC_RELAXED) == 0) {
            return i;
        }
        first = MIN(first, i);
    }
    return first < segment->node_count ? first : 0;
}

static bool look_at_cluster(Watch *watch, uint64_t now_ms, uint32_t *node,
                            GError **error)
{
    uint64_t position = sum_positions(watch->segment);
    uint64_t switches;

    if (position != watch->position || watch->moved_ms == 0) {
        watch->position = position;
        watch->moved_ms = now_ms;
        watch->looks = 0;
    }
    if (watch->halts || now_ms - watch->moved_ms < STILL_MS ||
        is_anybody_overdue(watch)) {
        return true;
    }
    bool same = all_sleep(watch, &switches);
    if (watch->looks > 0) {
        same = same && switches == watch->switches;
    }
    watch->switches = switches;
    watch->looks = same ? watch->looks + 1 : 0;
    if (watch->looks <= LOOKS) {
        return true;
    }
    *node = find_culprit(watch->segment);
    return godwit_fail(error, "the emulator hangs: its processor sleeps, and "
                       "so do all others");
}

bool watch_look(Watch *watch, uint64_t now_ms, uint32_t *node, GError **error)
{
    uint32_t count = watch->segment->node_count;
    unsigned asked = 0;

    for (uint32_t i = 0; i < count && asked < STATES_AT_ONCE; i++) {
        *node = watch->next;
        watch->next = (watch->next + 1) % count;
        if (!look_at_node(watch, *node, now_ms, &asked, error)) {
            return false;
        }
    }
    return look_at_cluster(watch, now_ms, node, error);
}
