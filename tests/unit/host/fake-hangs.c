/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes that hang, and nodes that only look as if they did.
 */
#include "fake-node.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STARVED_US  15000       /* of the processor */
#define NICE_MOST   19

/* -- hangs -- */

static void play_stop(FakeNode *node)
{
    if (node->index == 1) {
        raise(SIGSTOP);
    }
}

static void play_deadlock(FakeNode *node)
{
    if (node->index == 1) {
        fake_node_stop_main(node, MAIN_WAITS);
    }
}

static void play_spin(FakeNode *node)
{
    if (node->index == 1) {
        fake_node_stop_main(node, MAIN_SPINS);
    }
}

/* Holds the lock and never gives it back. */
static void play_hog(FakeNode *node)
{
    if (node->index == 1) {
        fake_node_stop_main(node, MAIN_WAITS);
        for (;;) {
            __atomic_add_fetch(&node->seq, 1, __ATOMIC_RELAXED);
        }
    }
}

/* All main loops go round, and nobody does anything. */
static void play_still(FakeNode *node)
{
    node->line->waiting = node->index == 1 ? 0 : 2;
}

static void play_all_wait(FakeNode *node)
{
    node->line->waiting = 1 + !node->index;
    if (node->index == 0) {
        fake_crash(node);
    }
}

/* -- what looks like a hang -- */

/* Its time-outs are late, as on a host that was taken away for a while. */
static void play_late(FakeNode *node)
{
    if (node->index == 1) {
        fake_node_stop_main(node, MAIN_IS_LATE);
        g_usleep(FAKE_LATE_US);
    } else {
        fake_pass_time(node);
    }
    fake_play_ok(node);
}

/* Holds both threads of its parent for a while. */
static void trace_parent(pid_t parent)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", parent);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        pid_t tid = atoi(name);
        g_assert(ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0);
        g_assert(ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0);
        g_assert(waitpid(tid, NULL, __WALL) == tid);
    }
    g_usleep(FAKE_LATE_US);
    /* The tracer's end lets them go. */
    _exit(0);
}

static void play_traced(FakeNode *node)
{
    if (node->index == 1) {
        pid_t parent = getpid();
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        pid_t tracer = fork();
        g_assert(tracer >= 0);
        if (tracer == 0) {
            trace_parent(parent);
        }
        int status;
        while (waitpid(tracer, &status, 0) < 0) {
            continue;
        }
        g_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    fake_play_ok(node);
}

static uint64_t own_cpu_us(void)
{
    struct timespec now;

    g_assert(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Gets next to nothing of a host that has other work, and needs a little more
 * than that. */
static void play_starved(FakeNode *node)
{
    uint64_t start_us = own_cpu_us();

    g_assert(setpriority(PRIO_PROCESS, (id_t)getpid(), NICE_MOST) == 0);
    g_assert(setpriority(PRIO_PROCESS, (id_t)gettid(), NICE_MOST) == 0);
    while (own_cpu_us() - start_us < STARVED_US) {
        __atomic_add_fetch(&node->seq, 1, __ATOMIC_RELAXED);
    }
    fake_play_ok(node);
}

const FakePlay fake_hangs[] = {
    { "stop", play_stop }, { "deadlock", play_deadlock },
    { "spin", play_spin }, { "hog", play_hog }, { "still", play_still },
    { "all-wait", play_all_wait }, { "late", play_late },
    { "traced", play_traced }, { "starved", play_starved }, { NULL, NULL },
};
