/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool as a child of a test, see tool.h.
 */
#include "tool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GONE_WITHIN_MS  5000
#define POLL_MS         10

static char *tool_path;

void tool_set_path(const char *path)
{
    g_free(tool_path);
    tool_path = g_canonicalize_filename(path, NULL);
}

void tool_outcome_clear(ToolOutcome *outcome)
{
    g_clear_pointer(&outcome->out, g_free);
    g_clear_pointer(&outcome->err, g_free);
}

void tool_write_experiment(const Scenario *scenario, const char *name)
{
    g_autofree char *path = g_build_filename(scenario->folder, name, NULL);

    ck_assert(g_file_set_contents(path, scenario->text->str, -1, NULL));
}

Tool tool_start(const char *folder, const char *const *args)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    Tool tool;

    g_ptr_array_add(argv, tool_path);
    for (unsigned i = 0; args[i] != NULL; i++) {
        g_ptr_array_add(argv, (char *)args[i]);
    }
    g_ptr_array_add(argv, NULL);
    ck_assert_msg(g_spawn_async_with_pipes(folder, (char **)argv->pdata, NULL,
                                           G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                           NULL, &tool.pid, NULL, &tool.out_fd,
                                           &tool.err_fd, &error),
                  "%s", error != NULL ? error->message : "");
    return tool;
}

/* To the end; only so much is expected that no pipe fills up meanwhile. */
static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char part[4096];
    ssize_t got;

    while ((got = read(fd, part, sizeof(part))) > 0 ||
           (got < 0 && errno == EINTR)) {
        g_string_append_len(text, part, MAX(got, 0));
    }
    close(fd);
    return g_string_free(text, FALSE);
}

ToolOutcome tool_wait(Tool *tool)
{
    ToolOutcome outcome;
    int status;

    outcome.out = read_all(tool->out_fd);
    outcome.err = read_all(tool->err_fd);
    ck_assert_int_eq(waitpid(tool->pid, &status, 0), tool->pid);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

ToolOutcome tool_run(const char *folder, const char *const *args)
{
    Tool tool = tool_start(folder, args);

    return tool_wait(&tool);
}

static pid_t parent_of(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *text = NULL;
    const char *behind;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return -1;
    }
    behind = strrchr(text, ')');
    return behind != NULL && strlen(behind) > 4 ? atoi(behind + 4) : -1;
}

GArray *tool_children(const Tool *tool)
{
    GArray *children = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        pid_t pid = atoi(name);

        if (pid > 0 && parent_of(name) == tool->pid) {
            g_array_append_val(children, pid);
        }
    }
    return children;
}

static bool is_gone(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;

    /* a zombie waits for init, which is not the tool's business */
    return !g_file_get_contents(path, &text, NULL, NULL) ||
           strstr(text, ") Z ") != NULL;
}

void tool_expect_gone(const GArray *pids)
{
    for (unsigned i = 0; i < pids->len; i++) {
        pid_t pid = g_array_index(pids, pid_t, i);
        unsigned waited_ms = 0;

        while (!is_gone(pid)) {
            ck_assert_msg(waited_ms < GONE_WITHIN_MS, "child %d lives on",
                          pid);
            g_usleep(POLL_MS * 1000);
            waited_ms += POLL_MS;
        }
    }
}

unsigned tool_count_files(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    unsigned count = 0;

    while (dir != NULL && g_dir_read_name(dir) != NULL) {
        count++;
    }
    return count;
}

bool tool_is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');

    return end != NULL && end[1] == '\0';
}
