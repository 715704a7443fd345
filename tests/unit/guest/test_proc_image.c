/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/proc_image.c: a process comes out as it went in, and hostile images
 * are refused.
 */
#include <string.h>

#include "arch/clock.h"
#include "lib/errno.h"
#include "proc/proc.h"
#include "suite.h"

#define THREADS     4u
#define IMAGE_MOST  8192u
#define MUTATIONS   100000
#define PID         7u

/* -- in place of the tables -- */

static struct thread threads[2 * THREADS];
static unsigned saved_count;

struct thread *thread_create(struct proc *proc, uint32_t tid)
{
    for (unsigned i = 0; i < SUITE_COUNT(threads); i++) {
        struct thread **link = &proc->threads;

        if (threads[i].proc != NULL) {
            continue;
        }
        threads[i] = (struct thread){
            .proc = proc, .tid = tid, .state = THREAD_FROZEN,
        };
        while (*link != NULL) {
            link = &(*link)->sibling;
        }
        *link = &threads[i];
        return &threads[i];
    }
    return NULL;
}

void sched_save_fp(struct thread *thread)
{
    (void)thread;
    saved_count++;
}

uint32_t clock_num(void)
{
    return 2;
}

static uint32_t den = 3;

uint32_t clock_den(void)
{
    return den;
}

static void forget(struct proc *proc)
{
    for (unsigned i = 0; i < SUITE_COUNT(threads); i++) {
        if (threads[i].proc == proc) {
            threads[i].proc = NULL;
        }
    }
}

/* -- */

static void make_thread(struct proc *proc, uint32_t tid)
{
    struct thread *thread = thread_create(proc, tid);

    for (unsigned i = 0; i < 32; i++) {
        thread->frame.x[i] = tid * 1000 + i;
        thread->fp.f[i] = tid % 2 ? tid * 2000 + i : 0;
    }
    thread->fp_used = tid % 2;
    thread->fp.fcsr = tid % 2 ? 0xe0 : 0;
    thread->wait = tid % 2 ? WAIT_TIME : WAIT_NONE;
    thread->wait_key = tid;
    thread->restart = (struct restart){ tid % 2 ? 101 : 0, tid % 2, tid * 5 };
    thread->clear_child_tid = 0x1000 + tid;
    thread->robust_list = 0x2000 + tid;
    thread->sigmask = 1ul << tid;
    thread->sigpending = 2ul << tid;
}

static void make(struct proc *proc)
{
    *proc = (struct proc){
        .pid = PID, .epoch = 3, .parent = 1, .name = "busybox",
        .user_instructions = 1ul << 40, .syscalls = 12, .faults = 34,
        .user_time = { .cycles = 100, .ns = 8, .fraction = 9,
                       .last = { .cycles = 10, .num = 1, .den = 4 } },
        .actions_set = 1ul << 0 | 1ul << 10 | 1ul << 63,
        .output_offset = { 1, 2, 3 }, .random = { 4, 5 },
        .exiting = true, .exit_status = 9,
        .alarm_ns = 6, .alarm_interval_ns = 7,
    };
    proc->actions[0] = (struct signal_action){ 1, 2, 3 };
    proc->actions[10] = (struct signal_action){ 0, 0, 4 };
    proc->actions[63] = (struct signal_action){ 5, 0, 0 };
    for (uint32_t i = 0; i < THREADS; i++) {
        make_thread(proc, PID + i);
    }
}

static size_t encode(struct proc *proc, uint8_t *image)
{
    struct codec c;

    codec_init(&c, image, IMAGE_MOST);
    proc_encode(proc, &c);
    ck_assert_int_eq(c.error, 0);
    return IMAGE_MOST - codec_left(&c);
}

static void check_thread(const struct thread *a, const struct thread *b)
{
    ck_assert_uint_eq(a->tid, b->tid);
    ck_assert_mem_eq(a->frame.x, b->frame.x, sizeof(a->frame.x));
    ck_assert_mem_eq(&a->fp, &b->fp, sizeof(a->fp));
    ck_assert_int_eq(a->fp_used, b->fp_used);
    ck_assert_int_eq(b->state, THREAD_FROZEN);
    ck_assert_int_eq(a->wait, b->wait);
    ck_assert_uint_eq(a->wait_key, b->wait_key);
    ck_assert_uint_eq(a->restart.nr, b->restart.nr);
    ck_assert_int_eq(a->restart.woken, b->restart.woken);
    ck_assert_uint_eq(a->restart.deadline_ns, b->restart.deadline_ns);
    ck_assert_uint_eq(a->clear_child_tid, b->clear_child_tid);
    ck_assert_uint_eq(a->robust_list, b->robust_list);
    ck_assert_uint_eq(a->sigmask, b->sigmask);
    ck_assert_uint_eq(a->sigpending, b->sigpending);
}

START_TEST(a_process_comes_out_as_it_went_in)
{
    static uint8_t image[IMAGE_MOST] __attribute__((aligned(8)));
    struct proc from, to = { .pid = PID };
    const struct thread *a, *b;
    struct codec c;

    make(&from);
    codec_init(&c, image, encode(&from, image));
    ck_assert_uint_eq(saved_count, THREADS);
    ck_assert_int_eq(proc_decode(&to, &c), 0);
    ck_assert_uint_eq(codec_left(&c), 0);

    for (a = from.threads, b = to.threads; a != NULL && b != NULL;
         a = a->sibling, b = b->sibling) {
        check_thread(a, b);
    }
    ck_assert(a == NULL && b == NULL);
    to.threads = from.threads;
    to.user_time = from.user_time;
    ck_assert_mem_eq(&from, &to, sizeof(from));
}
END_TEST

/* What was here becomes the last stay, with this node's rate; what was that is
 * added up before. */
START_TEST(processor_time_goes_along)
{
    static uint8_t image[IMAGE_MOST] __attribute__((aligned(8)));
    struct proc from, to = { .pid = PID };
    struct codec c;

    make(&from);
    codec_init(&c, image, encode(&from, image));
    ck_assert_int_eq(proc_decode(&to, &c), 0);
    ck_assert_uint_eq(to.user_time.cycles, 0);
    ck_assert_uint_eq(to.user_time.ns, 8 + 2);
    ck_assert_uint_eq(to.user_time.fraction, 9 + (1ul << 63));
    ck_assert_uint_eq(to.user_time.last.cycles, 100);
    ck_assert_uint_eq(to.user_time.last.num, 2);
    ck_assert_uint_eq(to.user_time.last.den, 3);
}
END_TEST

START_TEST(an_image_of_another_process_is_refused)
{
    static uint8_t image[IMAGE_MOST] __attribute__((aligned(8)));
    struct proc from, to = { .pid = PID + 1 };
    struct codec c;

    make(&from);
    codec_init(&c, image, encode(&from, image));
    ck_assert_int_eq(proc_decode(&to, &c), -EINVAL);
}
END_TEST

START_TEST(an_impossible_clock_is_refused)
{
    static uint8_t image[IMAGE_MOST] __attribute__((aligned(8)));
    struct proc from, to = { .pid = PID };
    struct codec c;

    den = 0;
    make(&from);
    codec_init(&c, image, encode(&from, image));
    ck_assert_int_eq(proc_decode(&to, &c), -EINVAL);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    static uint8_t image[IMAGE_MOST] __attribute__((aligned(8)));
    struct proc from;
    size_t bytes;

    make(&from);
    bytes = encode(&from, image);
    for (size_t length = 0; length < bytes; length++) {
        struct proc to = { .pid = PID };
        struct codec c;

        codec_init(&c, image, length);
        suite_check(proc_decode(&to, &c) == -EINVAL);
        forget(&to);
    }
}
END_TEST

START_TEST(mutations_are_refused_or_sound)
{
    static uint8_t image[IMAGE_MOST] __attribute__((aligned(8)));
    static uint8_t mutated[IMAGE_MOST] __attribute__((aligned(8)));
    struct proc from;
    uint64_t seed = 1;
    size_t bytes;

    make(&from);
    bytes = encode(&from, image);
    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct proc to = { .pid = PID };
        struct codec c;

        memcpy(mutated, image, bytes);
        for (uint64_t n = suite_random(&seed) % 3; n < 3; n++) {
            mutated[suite_random(&seed) % bytes] = (uint8_t)suite_random(&seed);
        }
        codec_init(&c, mutated, bytes);
        if (proc_decode(&to, &c) == 0) {
            suite_check(to.pid == PID);
            suite_check(to.user_time.last.den != 0);
            suite_check(strnlen(to.name, PROC_NAME) < PROC_NAME);
            for (struct thread *t = to.threads; t != NULL; t = t->sibling) {
                suite_check(t->wait < WAIT_REASONS);
            }
        }
        forget(&to);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_process_comes_out_as_it_went_in,
        processor_time_goes_along,
        an_image_of_another_process_is_refused,
        an_impossible_clock_is_refused,
        every_truncation_is_refused,
        mutations_are_refused_or_sound,
    };

    return suite_run("proc_image", tests, SUITE_COUNT(tests));
}
