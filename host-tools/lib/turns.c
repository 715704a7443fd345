/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short turns at the processor.
 *
 * Emulators hand each other the turn thousands of times a second. On a loaded
 * host each would wait for the rest of a stranger's time slice, of some
 * milliseconds, unless its own slice is shorter: then Linux, from 6.12 on, lets
 * it cut in as soon as it wakes. Its share of the processor remains the same.
 * Older kernels ignore the request.
 *
 * A file of its own because glibc's <sched.h>, which half of all headers
 * include, and the kernel's header do not go together.
 */
#include "turns.h"

#include <sys/syscall.h>
#include <unistd.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#define SLICE_NS        (100 * 1000)    /* the least that Linux grants */

void turns_shorten(void)
{
    struct sched_attr attr = { .size = sizeof(attr) };

    if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) == 0 &&
        (attr.sched_policy == SCHED_NORMAL ||
         attr.sched_policy == SCHED_BATCH)) {
        attr.sched_runtime = SLICE_NS;
        syscall(SYS_sched_setattr, 0, &attr, 0);
    }
}
