/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running the points of a sweep side by side (docs/specs/sweep.md).
 *
 * Each point is a process of its own, `godwit run` of this very program: an
 * emulator or a tool that dies takes nothing else with it, and the system
 * kills all of them when the sweep is killed. A point has a result when its
 * directory has one that can be checked, whatever became of the process.
 */
#include "sweep.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "child.h"
#include "error.h"
#include "run-dir.h"
#include "sweep-dir.h"

#define SELF        "/proc/self/exe"
#define SAYS        "godwit: "      /* before an error of the tool */
#define US_PER_S    ((double)G_USEC_PER_SEC)

/* A point that runs. */
typedef struct {
    Child *child;
    SweepPoint *point;
    bool silent;                /* it will not write any more */
} Job;

typedef struct {
    Sweep *sweep;
    const SweepDir *dir;
    const SweepOptions *options;
    GPtrArray *jobs;            /* of Job, those that run */
    unsigned next;              /* run to look at */
    unsigned pending;           /* runs that are not done */
    unsigned ran;
    gint64 start_us;
} Pool;

static void free_job(void *data)
{
    Job *job = data;

    child_destroy(job->child);
    g_free(job);
}

/* -- progress -- */

static unsigned count_state(const Sweep *sweep, SweepState state)
{
    unsigned count = 0;

    for (unsigned i = 0; i < sweep->runs->len; i++) {
        const SweepPoint *point = sweep->runs->pdata[i];
        count += point->state == state;
    }
    return count;
}

static unsigned count_failed(const Sweep *sweep)
{
    unsigned count = 0;

    for (unsigned i = 0; i < sweep->runs->len; i++) {
        const SweepPoint *point = sweep->runs->pdata[i];
        count += point->reason != NULL;
    }
    return count;
}

char *sweep_format_progress(const Sweep *sweep, unsigned running,
                            double left_s)
{
    unsigned all = sweep->runs->len;
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%u/%u runs, %u running, %u reused, %u "
                           "failed", all - count_state(sweep, SWEEP_PENDING),
                           all, running, count_state(sweep, SWEEP_REUSED),
                           count_failed(sweep));
    if (left_s >= 0) {
        g_string_append_printf(text, ", about %.0f s left", left_s);
    }
    return g_string_free(text, FALSE);
}

static void show(const Pool *pool)
{
    double gone_s = (double)(g_get_monotonic_time() - pool->start_us) /
        US_PER_S;
    g_autofree char *line = sweep_format_progress(
        pool->sweep, pool->jobs->len,
        pool->ran > 0 ? gone_s * pool->pending / pool->ran : -1);

    progress_show_line(pool->options->progress, line);
}

/* -- runs -- */

static void set_reason(SweepPoint *point, const char *reason)
{
    g_free(point->reason);
    point->reason = g_strdup(reason);
}

/* Points that are the same run have the same result. */
static void finish_point(Pool *pool, SweepPoint *first, SweepState state,
                         const Result *result)
{
    SweepPoint *point = first;

    for (;;) {
        point->state = state;
        if (result != NULL) {
            sweep_point_set_result(point, result);
        } else if (point != first) {
            set_reason(point, first->reason);
        }
        pool->pending--;
        if (point->twin == 0) {
            return;
        }
        point = pool->sweep->runs->pdata[point->twin];
        state = result != NULL ? SWEEP_REUSED : SWEEP_BROKEN;
    }
}

/* What is there and whole is not run again. */
static bool reuse(Pool *pool, SweepPoint *point)
{
    g_autofree char *folder = sweep_dir_point(pool->dir, point->key);
    g_autoptr(Result) result = sweep_dir_check(folder, point->key,
                                               pool->sweep->keep_all, NULL);

    if (result != NULL) {
        finish_point(pool, point, SWEEP_REUSED, result);
    }
    return result != NULL;
}

static bool start(Pool *pool, SweepPoint *point, GError **error)
{
    g_autofree char *part = sweep_dir_part(pool->dir, point->key);
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    g_ptr_array_add(words, (char *)SELF);
    g_ptr_array_add(words, (char *)"run");
    g_ptr_array_add(words, (char *)"--output");
    g_ptr_array_add(words, part);
    for (size_t i = 0; point->sets[i] != NULL; i++) {
        g_ptr_array_add(words, (char *)"--set");
        g_ptr_array_add(words, point->sets[i]);
    }
    if (!point->moves) {
        g_ptr_array_add(words, (char *)"--no-migrate");
    }
    g_ptr_array_add(words, (char *)"--");
    g_ptr_array_add(words, pool->sweep->path);
    g_ptr_array_add(words, NULL);
    Child *child = child_spawn((char *const *)words->pdata, &pool->dir->fd, 1,
                               error);
    if (child == NULL) {
        return false;
    }
    Job *job = g_new0(Job, 1);
    job->child = child;
    job->point = point;
    g_ptr_array_add(pool->jobs, job);
    return true;
}

/* Why a process left no result: its own words, if it had any. */
static char *explain(Job *job)
{
    g_autofree char *end = child_describe_end(job->child);
    g_autofree char *words = g_utf8_make_valid(job->child->errors->str, -1);

    g_strdelimit(g_strstrip(words), "\r\n\t", ' ');
    return g_str_has_prefix(words, SAYS) ? g_strdup(words + strlen(SAYS))
        : g_strdup_printf("the run %s", end);
}

static void finish(Pool *pool, Job *job)
{
    SweepPoint *point = job->point;
    g_autofree char *folder = sweep_dir_part(pool->dir, point->key);
    g_autofree char *json = g_build_filename(folder, RUN_DIR_RESULT, NULL);
    g_autofree char *reason = explain(job);
    g_autoptr(GError) error = NULL;
    g_autoptr(Result) result = NULL;

    if (g_file_test(json, G_FILE_TEST_EXISTS)) {
        result = sweep_dir_check(folder, point->key, pool->sweep->keep_all,
                                 &error);
    }
    if (result != NULL &&
        !sweep_dir_keep(pool->dir, point->key, pool->sweep->keep_all, &error)) {
        g_clear_pointer(&result, result_free);
    }
    if (result == NULL) {
        set_reason(point, error != NULL ? error->message : reason);
    }
    pool->ran++;
    finish_point(pool, point, result != NULL ? SWEEP_RAN : SWEEP_BROKEN,
                 result);
}

/* -- the loop -- */

static bool can_start(const Pool *pool)
{
    return pool->jobs->len < pool->options->jobs &&
        pool->next < pool->sweep->runs->len;
}

/* Starts the next point, unless it is there already. */
static bool look_at_next(Pool *pool, GError **error)
{
    SweepPoint *point = pool->sweep->runs->pdata[pool->next++];

    return point->first != point->index || reuse(pool, point) ||
        start(pool, point, error);
}

/* Waits for the first event, or only looks if there is more to start or none
 * can come any more; `slots` has the interrupt, then two descriptors for each
 * job, its end and its words. */
static bool wait_for_events(const Pool *pool, struct pollfd *slots,
                            GError **error)
{
    unsigned count = 1;

    slots[0] = (struct pollfd) {
        .fd = pool->options->interrupt_fd, .events = POLLIN,
    };
    for (unsigned i = 0; i < pool->jobs->len; i++) {
        const Job *job = pool->jobs->pdata[i];
        slots[count++] = (struct pollfd) {
            .fd = job->child->pidfd, .events = POLLIN,
        };
        slots[count++] = (struct pollfd) {
            .fd = job->silent ? -1 : job->child->errors_fd, .events = POLLIN,
        };
    }
    int due_ms = can_start(pool) || pool->jobs->len == 0 ? 0
        : progress_due_ms(pool->options->progress);
    if (poll(slots, count, due_ms) < 0 && errno != EINTR) {
        return godwit_fail_errno(error, "cannot wait for the runs");
    }
    return true;
}

static bool turn(Pool *pool, struct pollfd *slots, GError **error)
{
    if ((can_start(pool) && !look_at_next(pool, error)) ||
        !wait_for_events(pool, slots, error)) {
        return false;
    }
    if (slots[0].revents != 0) {
        return godwit_fail(error, "interrupted with %u of %u runs left; the "
                           "same command goes on with them",
                           pool->pending, pool->sweep->runs->len);
    }
    /* From the last, so that those that are taken out move nobody. */
    for (unsigned i = pool->jobs->len; i > 0; i--) {
        Job *job = pool->jobs->pdata[i - 1];
        if (slots[2 * i].revents != 0) {
            job->silent = !child_read_errors(job->child);
        }
        if (slots[2 * i - 1].revents != 0) {
            finish(pool, job);
            g_ptr_array_remove_index(pool->jobs, i - 1);
        }
    }
    if (progress_due_ms(pool->options->progress) == 0) {
        show(pool);
    }
    return true;
}

/* Ends what still runs; nothing is left of it. */
static void stop(Pool *pool)
{
    for (unsigned i = 0; i < pool->jobs->len; i++) {
        child_kill(((Job *)pool->jobs->pdata[i])->child);
    }
    while (pool->jobs->len > 0) {
        Job *job = pool->jobs->pdata[0];
        g_autofree char *part = sweep_dir_part(pool->dir, job->point->key);
        g_ptr_array_remove_index(pool->jobs, 0);
        run_dir_remove(part);
    }
}

bool sweep_run(Sweep *sweep, const SweepDir *dir, const SweepOptions *options,
               GError **error)
{
    g_autofree struct pollfd *slots = g_new0(struct pollfd,
                                             1 + 2 * options->jobs);
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(free_job);
    Pool pool = {
        .sweep = sweep,
        .dir = dir,
        .options = options,
        .jobs = jobs,
        .pending = sweep->runs->len,
        .start_us = g_get_monotonic_time(),
    };
    bool good = true;

    g_assert(options->jobs >= 1);
    while (good && pool.pending > 0) {
        good = turn(&pool, slots, error);
    }
    stop(&pool);
    return good;
}
