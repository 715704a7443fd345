/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/turns.c: what the scheduler says of this thread afterwards.
 */
#include "lib/turns.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <linux/sched.h>

#include "suite.h"

/* struct sched_attr, as sched_setattr(2) has it: its header and glibc's
 * <sched.h> declare the same things. */
typedef struct {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
} Attributes;

static Attributes get_attributes(void)
{
    Attributes attr = { .size = sizeof(attr) };

    ck_assert_int_eq(syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0), 0);
    return attr;
}

START_TEST(turns_are_short_and_all_else_stays)
{
    ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, 7), 0);
    Attributes before = get_attributes();
    turns_shorten();
    Attributes after = get_attributes();

    ck_assert_uint_eq(after.policy, before.policy);
    ck_assert_int_eq(after.nice, 7);
    /* Linux before 6.12 says nothing of slices. */
    if (before.runtime != 0) {
        ck_assert_uint_eq(after.runtime, 100 * 1000);
    }
}
END_TEST

START_TEST(who_runs_only_when_nothing_else_does_is_left_alone)
{
    Attributes idle = { .size = sizeof(idle), .policy = SCHED_IDLE };

    ck_assert_int_eq(syscall(SYS_sched_setattr, 0, &idle, 0), 0);
    Attributes before = get_attributes();
    turns_shorten();
    Attributes after = get_attributes();

    ck_assert_mem_eq(&after, &before, sizeof(after));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        turns_are_short_and_all_else_stays,
        who_runs_only_when_nothing_else_does_is_left_alone,
    };

    return suite_run("turns", tests, G_N_ELEMENTS(tests));
}
