/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals: handlers, masks and what is pending stay; a handler sees the
 * registers of what it interrupted put back, its fault address, and may leave
 * by a jump.
 */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t count;
static volatile uintptr_t address;
static sigjmp_buf back;

static void on_user(int signal)
{
    CHECK(signal == SIGUSR1);
    count = count + 1;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)context;
    CHECK(signal == SIGSEGV);
    address = (uintptr_t)info->si_addr;
    siglongjmp(back, 1);
}

static void set_handlers(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_user;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    action.sa_handler = NULL;
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    CHECK(signal(SIGUSR2, SIG_IGN) == SIG_DFL);
}

static void check_mask(int blocked)
{
    sigset_t mask;

    CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
    CHECK(sigismember(&mask, SIGUSR1) == blocked);
    CHECK(sigismember(&mask, SIGSEGV) == 0);
}

/* Posted while blocked, it stays pending and comes when unblocked. */
static void check_pending(void)
{
    sigset_t set, pending;
    sig_atomic_t before = count;

    CHECK(sigemptyset(&set) == 0 && sigaddset(&set, SIGUSR1) == 0);
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    CHECK(raise(SIGUSR1) == 0);
    for (volatile int i = 0; i < 20000; i++) {
    }
    check_mask(1);
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) == 1);
    CHECK(count == before);
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    CHECK(count == before + 1);
    check_mask(0);
}

static void check_fault(uintptr_t where)
{
    if (sigsetjmp(back, 1) == 0) {
        *(volatile char *)where = 1;
        fail("a store to %#lx succeeded", (unsigned long)where);
    }
    check_equal("si_addr", address, where);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 100);
    double sum = 0;

    set_handlers();
    for (unsigned long turn = 0; turn < turns; turn++) {
        sig_atomic_t before = count;

        sum += 1.0 / (double)(turn + 1);
        CHECK(raise(SIGUSR1) == 0);
        CHECK(count == before + 1);
        CHECK(kill(getpid(), SIGUSR2) == 0);
        check_pending();
        check_fault(8 + turn);
    }
    CHECK((unsigned long)count == 2 * turns);
    return pass("signals", (uint64_t)(sum * 1e9));
}
