/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child process that cannot outlive this one.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/close_range.h>

#include "error.h"
#include "turns.h"

#define ERRORS_MAX      2048u   /* bytes kept of what it wrote */
#define STATUS_ORPHAN   126     /* the parent was gone, or its pipe */
#define STATUS_NO_EXEC  127

static void child_fail(const char *what) G_GNUC_NORETURN;

/* In the child, where only async-signal-safe functions may be called. */
static void child_fail(const char *what)
{
    const char *why = strerrordesc_np(errno);
    static const char separator[] = ": ";

    if (write(STDERR_FILENO, what, strlen(what)) < 0 ||
        write(STDERR_FILENO, separator, strlen(separator)) < 0 ||
        write(STDERR_FILENO, why, strlen(why)) < 0) {
        _exit(STATUS_ORPHAN);
    }
    _exit(STATUS_NO_EXEC);
}

/* Becomes the program; never returns. */
static void child_run(char *const *argv, const int *fds, size_t fd_count,
                      int errors_fd, pid_t parent)
{
    sigset_t none;

    /* The parent may have died before the request: then nobody will kill us. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(STATUS_ORPHAN);
    }
    /* Huge pages where little is touched are what many small machines would
     * spend most of their memory and their start on. */
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    turns_shorten();
    /* Of its own: what the terminal sends to us is ours to pass on. */
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    int null_fd = open("/dev/null", O_RDONLY);
    if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
        dup2(errors_fd, STDOUT_FILENO) < 0 ||
        dup2(errors_fd, STDERR_FILENO) < 0 ||
        close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) != 0) {
        child_fail("descriptors");
    }
    for (size_t i = 0; i < fd_count; i++) {
        if (fcntl(fds[i], F_SETFD, 0) != 0) {
            child_fail("descriptors");
        }
    }
    execv(argv[0], argv);
    child_fail(argv[0]);
}

/* How many processes this system has killed for want of memory. */
static uint64_t count_oom_kills(void)
{
    static const char key[] = "\noom_kill ";
    g_autofree char *text = NULL;

    if (!g_file_get_contents("/proc/vmstat", &text, NULL, NULL)) {
        return 0;
    }
    const char *found = strstr(text, key);
    return found != NULL
        ? g_ascii_strtoull(found + sizeof(key) - 1, NULL, 10) : 0;
}

Child *child_spawn(char *const *argv, const int *fds, size_t fd_count,
                   GError **error)
{
    g_autoptr(Child) child = g_new0(Child, 1);
    pid_t parent = getpid();
    int pipe_fds[2];

    child->pidfd = -1;
    child->errors_fd = -1;
    child->errors = g_string_new(NULL);
    child->oom_kills = count_oom_kills();
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        godwit_fail_errno(error, "cannot create a pipe");
        return NULL;
    }
    child->errors_fd = pipe_fds[0];
    child->pid = fork();
    if (child->pid == 0) {
        child_run(argv, fds, fd_count, pipe_fds[1], parent);
    }
    close(pipe_fds[1]);
    if (child->pid < 0) {
        child->pid = 0;
        godwit_fail_errno(error, "cannot start %s", argv[0]);
        return NULL;
    }
    child->pidfd = pidfd_open(child->pid, 0);
    if (child->pidfd < 0) {
        godwit_fail_errno(error, "cannot watch %s", argv[0]);
        return NULL;
    }
    return g_steal_pointer(&child);
}

bool child_read_errors(Child *child)
{
    char text[512];
    ssize_t got;

    while ((got = read(child->errors_fd, text, sizeof(text))) > 0) {
        g_string_append_len(child->errors, text, got);
        if (child->errors->len > ERRORS_MAX) {
            g_string_erase(child->errors, 0,
                           (gssize)(child->errors->len - ERRORS_MAX));
        }
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* On one line. */
static char *errors_text(const Child *child)
{
    g_autofree char *text = g_utf8_make_valid(child->errors->str, -1);

    g_strdelimit(g_strstrip(text), "\r\n\t", ' ');
    return g_strdup(*text != '\0' ? text : "it said nothing");
}

/* Shared memory that cannot be had any more is a bus error to whoever touches
 * it; who is killed to make room gets no other word than the signal. */
static const char *signal_hint(const Child *child, int signal)
{
    bool no_memory = signal == SIGBUS ||
        (signal == SIGKILL && count_oom_kills() > child->oom_kills);

    return no_memory ? "; the host has run out of memory" : "";
}

char *child_describe_end(Child *child)
{
    int status = 0;

    child_read_errors(child);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    child->pid = 0;
    g_autofree char *text = errors_text(child);
    if (WIFSIGNALED(status)) {
        return g_strdup_printf("was ended by signal %d (%s): %s%s",
                               WTERMSIG(status), strsignal(WTERMSIG(status)),
                               text, signal_hint(child, WTERMSIG(status)));
    }
    return g_strdup_printf("ended with status %d: %s", WEXITSTATUS(status),
                           text);
}

void child_kill(Child *child)
{
    if (child != NULL && child->pid > 0) {
        kill(child->pid, SIGKILL);
    }
}

void child_destroy(Child *child)
{
    if (child == NULL) {
        return;
    }
    child_kill(child);
    if (child->pid > 0) {
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
            continue;
        }
    }
    if (child->pidfd >= 0) {
        close(child->pidfd);
    }
    if (child->errors_fd >= 0) {
        close(child->errors_fd);
    }
    g_string_free(child->errors, TRUE);
    g_free(child);
}
