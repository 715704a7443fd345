/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole processes in images: there and back, and images that were tampered
 * with. Whatever arrives, the kernel refuses it or gets a process that can be
 * encoded and freed again, and loses no page.
 */
#include <stdio.h>
#include <string.h>

#include "arch/clock.h"
#include "arch/fp.h"
#include "drivers/migbridge.h"
#include "fs/file.h"
#include "fs/open_file.h"
#include "lib/errno.h"
#include "migrate/image.h"
#include "mm/page.h"
#include "proc/sched.h"
#include "proc/syscall.h"
#include "proc/syscalls.h"
#include "suite.h"

#define RAM_PAGES   2048u
#define PID         7u
#define EPOCH       3u
#define PROGRAM     "/bin/prog"

/* -- what the image code needs of the kernel around it -- */

void sched_save_fp(struct thread *thread) { (void)thread; }
void sched_forget(struct thread *thread) { (void)thread; }
void sched_sleep_expired(struct timer *timer) { (void)timer; }
void fp_forget(const struct fp_state *fp) { (void)fp; }
uint64_t time_now_ns(void) { return 1000; }
void timer_cancel(struct timer *timer) { (void)timer; }
int64_t time_of_day_ns(void) { return 1000; }
uint64_t proc_user_ns(const struct proc *proc) { (void)proc; return 0; }
uint32_t bridge_node(void) { return 0; }
void bridge_set_board(const struct mb_board *board) { (void)board; }
uint32_t clock_num(void) { return 1; }
uint32_t clock_den(void) { return 1; }
uint64_t clock_hz(void) { return 1000000000; }

void proc_wait_page(struct thread *thread, struct pages *pages, uint64_t index)
{
    (void)thread;
    (void)pages;
    (void)index;
}

int64_t syscall_user(struct thread *thread, int answer)
{
    (void)thread;
    return answer;
}

void bridge_output(uint32_t pid, uint32_t stream, uint64_t offset,
                   const void *bytes, uint32_t length)
{
    (void)pid;
    (void)stream;
    (void)offset;
    (void)bytes;
    (void)length;
}

/* -- a RAM disk with one program, and memory -- */

static size_t add_entry(char *archive, size_t at, const char *path,
                        unsigned mode, size_t bytes)
{
    at += (size_t)sprintf(archive + at,
                          "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x"
                          "%08x%08zx%08x", 1, mode, 0, 0, 1, 0, bytes, 0, 0,
                          0, 0, strlen(path) + 1, 0);
    at += (size_t)sprintf(archive + at, "%s", path) + 1;
    at = (at + 3) & ~(size_t)3;
    memset(archive + at, 'x', bytes);
    return (at + bytes + 3) & ~(size_t)3;
}

static uint8_t ram[RAM_PAGES * PAGE_SIZE] __attribute__((aligned(4096)));
static uint64_t free_pages;

/* Boots once; tests may share a process. */
static void begin(void)
{
    static char archive[3 * PAGE_SIZE] __attribute__((aligned(4)));
    uint64_t start = (uint64_t)ram, from;
    size_t bytes = 0;

    if (free_pages != 0) {
        return;
    }
    bytes = add_entry(archive, bytes, PROGRAM + 1, 0100755, 5000);
    bytes = add_entry(archive, bytes, "TRAILER!!!", 0, 0);
    from = page_init(start, start + sizeof(ram), start);
    page_add(from, start + sizeof(ram));
    ck_assert_int_eq(fs_init(archive, bytes), 0);
    free_pages = page_free_count();
}

static void end(void)
{
    ck_assert_uint_eq(page_free_count(), free_pages);
}

static void map_areas(struct vm *vm)
{
    struct area text = { .prot = VM_READ | VM_EXEC };
    struct area stack = { .prot = VM_READ | VM_WRITE, .stack = true };

    text.backing = ramdisk_backing_ops.open(PROGRAM);
    text.file_end = 5000;
    ck_assert_int_eq(vm_map(vm, 0x10000, 2 * PAGE_SIZE, &text), 0x10000);
    ck_assert(vm_map(vm, USER_TOP - 4 * PAGE_SIZE, 4 * PAGE_SIZE, &stack) > 0);
    vm->brk_start = vm->brk = 0x20000;
    vm_set_brk(vm, 0x20000 + 5000);
}

static struct proc *make_proc(void)
{
    struct proc *proc = proc_create(PID, "prog");
    uint32_t slot;

    proc->epoch = EPOCH;
    proc->vm = vm_create();
    proc->files = files_create("");
    map_areas(proc->vm);
    ck_assert_int_eq(layer_create_file(proc->files->layer, "tmp/a", 0644, 5,
                                       &slot), 0);
    ck_assert_int_eq(layer_create_file(proc->files->layer, "tmp/b", 0600, 6,
                                       &slot), 0);
    for (uint32_t tid = PID; tid < PID + 2; tid++) {
        struct thread *thread = thread_create(proc, tid);

        for (unsigned r = 0; r < 32; r++) {
            thread->frame.x[r] = tid * 1000 + r;
        }
        thread->fp_used = tid == PID;
        thread->fp.f[3] = 0x4000000000000000;
        thread->wait = WAIT_TIME;
        thread->restart.nr = 101;
        thread->restart.deadline_ns = 77;
    }
    proc->actions[11].handler = 0x10040;
    proc->actions[63].flags = 4;
    proc->actions_set = 1ul << 11 | 1ul << 63;
    proc->output_offset[1] = 99;
    return proc;
}

static uint8_t image[IMAGE_MAX] __attribute__((aligned(8)));
static uint8_t again[IMAGE_MAX] __attribute__((aligned(8)));

static size_t make_image(void)
{
    struct proc *proc = make_proc();
    int64_t bytes = image_encode(proc, image, sizeof(image));

    ck_assert_int_gt(bytes, (int64_t)sizeof(struct image_header));
    proc_destroy(proc);
    ck_assert_uint_eq(page_free_count(), free_pages);
    return (size_t)bytes;
}

/* Gives the header of a changed image what an honest one would have. */
static void reseal(size_t bytes)
{
    struct image_header *header = (struct image_header *)image;

    header->bytes = (uint32_t)bytes;
}

START_TEST(a_process_goes_there_and_back)
{
    struct proc *proc;
    size_t bytes;

    begin();
    bytes = make_image();
    ck_assert_int_eq(image_decode(image, bytes, PID, EPOCH, &proc), 0);
    ck_assert_ptr_eq(proc_find(PID), proc);
    ck_assert_str_eq(proc->name, "prog");
    ck_assert_uint_eq(proc->threads->sibling->frame.x[31], 8031);
    ck_assert_uint_eq(proc->threads->fp.f[3], 0x4000000000000000);
    ck_assert_int_eq(proc->threads->state, THREAD_FROZEN);
    ck_assert_uint_eq(proc->threads->restart.deadline_ns, 77);
    ck_assert_uint_eq(proc->actions[11].handler, 0x10040);
    ck_assert_uint_eq(proc->actions[63].flags, 4);
    ck_assert_uint_eq(proc->output_offset[1], 99);
    ck_assert_int_eq(image_encode(proc, again, sizeof(again)),
                     (int64_t)bytes);
    ck_assert_mem_eq(again, image, bytes);
    proc_destroy(proc);
    end();
}
END_TEST

START_TEST(another_process_or_epoch_is_refused)
{
    struct proc *proc;
    size_t bytes;

    begin();
    bytes = make_image();
    ck_assert_int_eq(image_decode(image, bytes, PID + 1, EPOCH, &proc),
                     -EINVAL);
    ck_assert_int_eq(image_decode(image, bytes, PID, EPOCH + 1, &proc),
                     -EINVAL);
    ck_assert_ptr_null(proc_find(PID));
    ck_assert_ptr_null(proc_find(PID + 1));
    end();
}
END_TEST

START_TEST(every_cut_is_refused)
{
    struct proc *proc;
    size_t bytes;

    begin();
    bytes = make_image();
    for (size_t cut = sizeof(struct image_header); cut < bytes; cut++) {
        reseal(cut);
        ck_assert_int_lt(image_decode(image, cut, PID, EPOCH, &proc), 0);
        ck_assert_uint_eq(page_free_count(), free_pages);
    }
    end();
}
END_TEST

/* Bytes that are all zeroes or ones are what breaks counts and lengths. */
static uint8_t hostile_byte(uint64_t *seed, uint8_t old)
{
    static const uint8_t bytes[] = { 0, 1, 0x7f, 0x80, 0xff };
    uint64_t random = suite_random(seed);

    if (random % 4 == 0) {
        return (uint8_t)(old ^ (1u << (random >> 8) % 8));
    }
    return bytes[(random >> 8) % sizeof(bytes)];
}

START_TEST(tampered_images_are_refused_or_sound)
{
    uint64_t seed = 1;
    unsigned taken = 0;
    size_t bytes;

    begin();
    bytes = make_image();
    memcpy(again, image, bytes);
    for (unsigned round = 0; round < 10000; round++) {
        unsigned changes = 1 + (unsigned)(suite_random(&seed) % 4);
        struct proc *proc;

        memcpy(image, again, bytes);
        for (unsigned i = 0; i < changes; i++) {
            size_t at = sizeof(struct image_header) + suite_random(&seed) %
                        (bytes - sizeof(struct image_header));

            image[at] = hostile_byte(&seed, image[at]);
        }
        reseal(bytes);
        if (image_decode(image, bytes, PID, EPOCH, &proc) == 0) {
            ck_assert_int_gt(image_encode(proc, image, sizeof(image)), 0);
            proc_destroy(proc);
            taken++;
        }
        ck_assert_uint_eq(page_free_count(), free_pages);
    }
    ck_assert_uint_gt(taken, 0);
    end();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_process_goes_there_and_back,
        another_process_or_epoch_is_refused,
        every_cut_is_refused,
        tampered_images_are_refused_or_sound,
    };

    return suite_run("image_proc", tests, SUITE_COUNT(tests));
}
