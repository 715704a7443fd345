/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client for QEMU's qtest protocol: the test plays the CPU and the clock.
 *
 * One command per line, one answer per command. Whatever goes wrong here
 * fails the running test.
 */
#ifndef TESTS_QTEST_QTEST_H
#define TESTS_QTEST_QTEST_H

#include <stddef.h>
#include <stdint.h>

typedef struct Qtest Qtest;

/* Start $GODWIT_QEMU with these arguments (NULL at the end) behind those that
 * every test needs. It inherits `inherited_fd` and dies with the test. */
Qtest *qtest_start(const char *const arguments[], int inherited_fd);
void qtest_stop(Qtest *qtest);
/* Instead, for one that must end by itself with this exit status. */
void qtest_expect_exit(Qtest *qtest, int exit_status);

/* Accesses of 1, 2, 4 or 8 bytes, as a CPU makes them. */
uint64_t qtest_read(Qtest *qtest, unsigned bytes, uint64_t addr);
void qtest_write(Qtest *qtest, unsigned bytes, uint64_t addr, uint64_t value);

void qtest_memory_read(Qtest *qtest, uint64_t addr, void *buffer,
                       size_t length);
void qtest_memory_write(Qtest *qtest, uint64_t addr, const void *buffer,
                        size_t length);

/* Virtual time, in ns since the start. */
uint64_t qtest_now(const Qtest *qtest);
void qtest_step(Qtest *qtest, uint64_t ns);
/* Only forward, and only if it is not there already. */
void qtest_step_to(Qtest *qtest, uint64_t time_ns);

#endif
