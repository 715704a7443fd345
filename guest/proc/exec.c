/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs: from a file of the RAM disk to a thread at its entry.
 */
#include "proc/exec.h"

#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/elf.h"
#include "proc/exec_stack.h"
#include "proc/signal.h"

#define PIE_BASE        0x2aaaaaa000ul
#define STACK_TOP       SIGNAL_PAGE
#define PROGRAM_TOP     (STACK_TOP - USER_STACK_MAX)
#define MODE_EXECUTABLE 0111u

static uint64_t page_up(uint64_t address)
{
    return (address + PAGE_MASK) & ~PAGE_MASK;
}

static int map_segment(struct vm *vm, const struct elf_segment *segment,
                       struct backing *backing)
{
    uint64_t in_page = segment->address & PAGE_MASK;
    struct area area = { .prot = segment->prot };
    int64_t answer;

    if (segment->file_bytes > 0) {
        area.backing = backing;
        area.offset = segment->offset - in_page;
        area.file_end = segment->file_bytes + in_page;
    }
    answer = vm_map(vm, segment->address - in_page,
                    segment->memory_bytes + in_page, &area);
    return answer < 0 ? (int)answer : 0;
}

/* The heap may grow from the end of the last segment on. */
static int map_program(struct vm *vm, const struct elf_image *image,
                       struct backing *backing)
{
    const struct elf_segment *last =
        &image->segments[image->segment_count - 1];

    for (unsigned i = 0; i < image->segment_count; i++) {
        int error = map_segment(vm, &image->segments[i], backing);

        if (error != 0) {
            return error == -EINVAL ? -ENOEXEC : error;
        }
    }
    vm->brk_start = page_up(last->address + last->memory_bytes);
    vm->brk = vm->brk_start;
    return 0;
}

static int map_stack(struct vm *vm)
{
    const struct area stack = { .prot = VM_READ | VM_WRITE, .stack = true };
    const struct area code = { .prot = VM_READ | VM_EXEC };
    int64_t answer = vm_map(vm, STACK_TOP - USER_STACK_MAX, USER_STACK_MAX,
                            &stack);

    if (answer >= 0) {
        answer = vm_map(vm, SIGNAL_PAGE, PAGE_SIZE, &code);
    }
    return answer < 0 ? (int)answer : 0;
}

static int build_space(struct proc *proc, struct vm *vm, const char *path,
                       const struct elf_image *image,
                       const struct exec_args *args, uint64_t *sp)
{
    struct backing *backing = ramdisk_backing_ops.open(path);
    int error;

    if (backing == NULL) {
        return -ENOENT;
    }
    error = map_program(vm, image, backing);
    backing->ops->put(backing);         /* the areas have their own */
    if (error == 0) {
        error = map_stack(vm);
    }
    if (error == 0) {
        error = exec_stack_build(vm, STACK_TOP, path, image, args,
                                 proc->random, sp);
    }
    return error;
}

static void set_name(struct proc *proc, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    memset(proc->name, 0, PROC_NAME);
    memcpy(proc->name, name, strnlen(name, PROC_NAME - 1));
}

static void reset_actions(struct proc *proc)
{
    for (int signal = 1; signal <= SIGNALS; signal++) {
        struct signal_action *action = &proc->actions[signal - 1];

        if (action->handler != SIG_IGN) {
            *action = (struct signal_action){ 0 };
            proc->actions_set &= ~signal_bit(signal);
        }
    }
}

/* Nothing fails from here on. */
static void take_over(struct proc *proc, struct vm *vm, uint64_t entry,
                      uint64_t sp)
{
    struct thread *thread = proc->threads;

    while (thread->sibling != NULL) {
        thread_destroy(thread->sibling);
    }
    if (proc->prefetch.pages > 0) {
        vm->unused_gone = vm_unused_count(proc->vm);
    }
    vm_destroy(proc->vm);
    proc->vm = vm;
    reset_actions(proc);
    thread_reset(thread);
    FRAME_PC(&thread->frame) = entry;
    thread->frame.x[REG_SP] = sp;
}

static int new_space(struct proc *proc, const char *path,
                     const struct elf_image *image,
                     const struct exec_args *args)
{
    struct vm *vm = vm_create();
    uint64_t sp;
    int error;

    if (vm == NULL) {
        return -ENOMEM;
    }
    error = build_space(proc, vm, path, image, args, &sp);
    if (error == 0 && proc->threads == NULL &&
        thread_create(proc, proc->pid) == NULL) {
        error = -ENOMEM;
    }
    if (error != 0) {
        vm_destroy(vm);
        return error;
    }
    take_over(proc, vm, image->entry, sp);
    set_name(proc, path);
    return 0;
}

int exec_load(struct proc *proc, const char *path,
              const struct exec_args *args)
{
    struct elf_image image;
    const void *file;
    uint64_t bytes;
    uint32_t mode;
    int error;

    file = fs_ramdisk_find(path, &bytes, &mode);
    if (file == NULL) {
        return -ENOENT;
    }
    if (!(mode & MODE_EXECUTABLE)) {
        return -EACCES;
    }
    error = elf_parse(file, bytes, PIE_BASE, PROGRAM_TOP, &image);
    if (error != 0) {
        return error;
    }
    return new_space(proc, path, &image, args);
}
