/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the testbed's own parts are: emulator, kernel, guest programs.
 *
 * Each is looked for under the path in the environment variable of its name,
 * then in the build tree, then where it was installed:
 *   GODWIT_QEMU       the emulator with the migration bridge
 *   GODWIT_KERNEL     the guest kernel
 *   GODWIT_USER_DIR   folder of the guest programs
 *   GODWIT_BUSYBOX    the distribution's static riscv64 busybox
 */
#ifndef LIB_TESTBED_H
#define LIB_TESTBED_H

#include <glib.h>

#define TESTBED_BUSYBOX "busybox"

/* Path; NULL with an error that says how to get it. */
char *testbed_emulator(GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *testbed_kernel(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Path of the guest program `name`, or NULL if there is none. */
char *testbed_program(const char *name);
/* Names of all of them, sorted. */
char **testbed_programs(void);

#endif
