/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run tells its user while it runs.
 *
 * The run never waits for its terminal: a line that cannot be written now, or
 * only by stopping us, is left out.
 */
#include "progress.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "units.h"

#define PERIOD_US   G_USEC_PER_SEC
#define US_PER_MS   1000
#define NS_PER_US   1000.0

struct Progress {
    int fd;
    bool live;
    size_t width;               /* of the line that is shown; 0: none */
    gint64 shown_us;
    uint64_t shown_ns;          /* virtual */
};

Progress *progress_new(int fd, bool live)
{
    Progress *progress = g_new0(Progress, 1);

    progress->fd = fd;
    progress->live = live;
    progress->shown_us = g_get_monotonic_time();
    return progress;
}

void progress_free(Progress *progress)
{
    if (progress != NULL) {
        progress_clear(progress);
        g_free(progress);
    }
}

/* Whether it gets out does not matter to the run. */
static void put(const Progress *progress, const char *text)
{
    ssize_t written = write(progress->fd, text, strlen(text));

    (void)written;
}

/* A terminal whose output is held up takes nothing, and one that another job
 * has in front may stop us when we write. */
static bool can_show(const Progress *progress)
{
    struct pollfd slot = { .fd = progress->fd, .events = POLLOUT };
    pid_t front = tcgetpgrp(progress->fd);

    return (front < 0 || front == getpgrp()) && poll(&slot, 1, 0) == 1 &&
        slot.revents == POLLOUT;
}

int progress_due_ms(const Progress *progress)
{
    if (progress == NULL || !progress->live) {
        return -1;
    }
    gint64 left_us = progress->shown_us + PERIOD_US - g_get_monotonic_time();
    return (int)((MAX(left_us, 0) + US_PER_MS - 1) / US_PER_MS);
}

char *progress_format(const ProgressFacts *facts, double speed)
{
    if (facts->joined < facts->nodes) {
        return g_strdup_printf("starting: %u of %u nodes", facts->joined,
                               facts->nodes);
    }
    g_autofree char *now = unit_format_short(UNIT_TIME, facts->virtual_ns);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "virtual %s, %.3gx real time; nodes: %u "
                           "running, %u waiting", now, speed, facts->running,
                           facts->waiting);
    if (facts->gone > 0) {
        g_string_append_printf(text, ", %u crashed", facts->gone);
    }
    if (facts->migrations > 0) {
        g_string_append_printf(text, "; %" G_GUINT64_FORMAT " migrations",
                               facts->migrations);
    }
    return g_string_free(text, FALSE);
}

void progress_show(Progress *progress, const ProgressFacts *facts)
{
    gint64 now_us = g_get_monotonic_time();
    double real_us = (double)MAX(now_us - progress->shown_us, 1);
    uint64_t virtual_ns = facts->virtual_ns - MIN(progress->shown_ns,
                                                  facts->virtual_ns);

    progress->shown_ns = facts->virtual_ns;
    g_autofree char *line =
        progress_format(facts, (double)virtual_ns / NS_PER_US / real_us);
    progress_show_line(progress, line);
}

void progress_show_line(Progress *progress, const char *line)
{
    progress->shown_us = g_get_monotonic_time();
    if (!can_show(progress)) {
        return;
    }
    size_t width = strlen(line);
    g_autofree char *text =
        g_strdup_printf("\r%-*s\r%s", (int)progress->width, "", line);
    put(progress, text);
    progress->width = width;
}

void progress_clear(Progress *progress)
{
    if (progress != NULL && progress->width > 0) {
        g_autofree char *text =
            g_strdup_printf("\r%-*s\r", (int)progress->width, "");
        put(progress, text);
        progress->width = 0;
    }
}

void progress_note(Progress *progress, const char *line)
{
    if (progress != NULL) {
        g_autofree char *text = g_strdup_printf("%s\n", line);
        progress_clear(progress);
        put(progress, text);
    }
}
