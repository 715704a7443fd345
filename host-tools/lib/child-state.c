/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the threads of a process are doing, as /proc tells it.
 *
 * A thread that runs or waits for a processor is in state R, one that waits
 * for a disk in D: on a loaded host threads are in these two states for long.
 * S is a sleep, T a stop by a signal, t a stop by a debugger.
 */
#include "child-state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

#define FILE_BYTES  4096
#define MS_PER_S    1000u

/* Fields of "stat" behind the name in parentheses, which may contain blanks
 * and parentheses itself. */
enum { STAT_STATE = 0, STAT_UTIME = 11, STAT_STIME = 12, STAT_FIELDS };

static bool read_file(char text[static FILE_BYTES], const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* The beginning of a file in /proc. */
static bool read_file(char text[static FILE_BYTES], const char *format, ...)
{
    char path[64];
    va_list args;

    va_start(args, format);
    g_vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t got = read(fd, text, FILE_BYTES - 1);
    close(fd);
    text[MAX(got, 0)] = '\0';
    return got > 0;
}

static bool read_stat(pid_t pid, const char *tid, char *state,
                      uint64_t *cpu_ms)
{
    char text[FILE_BYTES];
    char *fields[STAT_FIELDS];
    char *rest;

    if (!read_file(text, "/proc/%d/task/%s/stat", pid, tid)) {
        return false;
    }
    char *p = strrchr(text, ')');
    if (p == NULL) {
        return false;
    }
    p++;
    for (size_t i = 0; i < STAT_FIELDS; i++, p = NULL) {
        fields[i] = strtok_r(p, " ", &rest);
        if (fields[i] == NULL) {
            return false;
        }
    }
    *state = fields[STAT_STATE][0];
    *cpu_ms = (g_ascii_strtoull(fields[STAT_UTIME], NULL, 10) +
               g_ascii_strtoull(fields[STAT_STIME], NULL, 10)) * MS_PER_S /
        (uint64_t)sysconf(_SC_CLK_TCK);
    return true;
}

/* The number behind a key at the start of a line of "status". */
static uint64_t find_number(const char *text, const char *key)
{
    const char *found = strstr(text, key);

    return found != NULL ? g_ascii_strtoull(found + strlen(key), NULL, 10) : 0;
}

/* The state's letter; 0 if the thread is gone. */
static char read_thread(pid_t pid, const char *tid, ThreadState *thread)
{
    char text[FILE_BYTES];
    char state;

    if (!read_stat(pid, tid, &state, &thread->cpu_ms) ||
        !read_file(text, "/proc/%d/task/%s/status", pid, tid)) {
        return 0;
    }
    thread->asleep = state == 'S';
    thread->switches = find_number(text, "\nvoluntary_ctxt_switches:");
    return state;
}

static bool is_in_futex(pid_t pid)
{
    char text[FILE_BYTES];

    return read_file(text, "/proc/%d/syscall", pid) &&
        g_ascii_isdigit(*text) &&
        g_ascii_strtoull(text, NULL, 10) == SYS_futex;
}

bool child_state_read(pid_t pid, ChildState *state)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/task", pid);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *tid;
    char main_state = 0;

    *state = (ChildState) { .others.asleep = true };
    while (dir != NULL && (tid = g_dir_read_name(dir)) != NULL) {
        ThreadState thread;
        char letter = read_thread(pid, tid, &thread);
        if (letter == 0) {
            continue;
        }
        if (atoi(tid) == pid) {
            state->main = thread;
            main_state = letter;
        } else {
            state->others.asleep = state->others.asleep && thread.asleep;
            state->others.cpu_ms += thread.cpu_ms;
            state->others.switches += thread.switches;
        }
    }
    state->stopped = main_state == 'T';
    state->in_futex = is_in_futex(pid);
    return main_state != 0;
}
