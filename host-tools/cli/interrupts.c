/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT, SIGTERM and SIGHUP as something to wait for.
 */
#include "interrupts.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/error.h"

bool interrupts_begin(Interrupts *interrupts, GError **error)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, &interrupts->before);
    interrupts->fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (interrupts->fd < 0) {
        godwit_fail_errno(error, "cannot watch for signals");
        pthread_sigmask(SIG_SETMASK, &interrupts->before, NULL);
        return false;
    }
    return true;
}

void interrupts_end(Interrupts *interrupts)
{
    struct signalfd_siginfo info;

    while (read(interrupts->fd, &info, sizeof(info)) > 0) {
        continue;
    }
    close(interrupts->fd);
    pthread_sigmask(SIG_SETMASK, &interrupts->before, NULL);
}
