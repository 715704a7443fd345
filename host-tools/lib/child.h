/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child process that cannot outlive this one: the kernel kills it when the
 * thread that started it ends, however that comes about.
 *
 * It inherits no descriptors but those that are named, under the same
 * numbers; its standard input is empty, and what it writes to standard output
 * and standard error is kept, the last of it, to be shown when it fails.
 */
#ifndef LIB_CHILD_H
#define LIB_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

typedef struct {
    pid_t pid;
    int pidfd;                  /* readable when it has ended */
    int errors_fd;              /* readable when it has written */
    GString *errors;
    uint64_t oom_kills;         /* of the system when it was started */
} Child;

Child *child_spawn(char *const *argv, const int *fds, size_t fd_count,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes what it has written so far; false: nothing more will come. */
bool child_read_errors(Child *child);
/* Reaps it, once pidfd is readable: "ended with status 1: what it wrote". */
char *child_describe_end(Child *child);
/* Ends it at once, without waiting until it is gone. */
void child_kill(Child *child);
/* Ends it at once if it still runs, and reaps it. */
void child_destroy(Child *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Child, child_destroy)

#endif
