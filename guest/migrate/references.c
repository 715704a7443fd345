/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses that the kernel carries out: one step of the interpreter, whose
 * registers and stores become the thread's.
 */
#include "migrate/references.h"

#include <stddef.h>

#include "arch/fp.h"
#include "drivers/migbridge.h"
#include "fs/cpio.h"
#include "fs/ramdisk.h"
#include "lib/string.h"
#include "migrate/heap_page.h"
#include "migrate/lookahead.h"
#include "mm/page.h"

#define NAN_BOX     0xffffffff00000000ul

/* A floating-point access, whose value the interpreter does not keep. */
struct fp_access {
    bool is_load;
    uint32_t bytes;
    uint32_t reg;
};

static bool is_measured;
static uint32_t heap_pages;

static const uint8_t *page(void *context, uint64_t index)
{
    struct pages *pages = &((struct vm *)context)->pages;
    bool modified;

    return pages->ops->find(pages, index, &modified);
}

/* -- the thread's memory, of which all that is accessed is present -- */

static void store_cells(struct vm *vm, const struct lookahead *look)
{
    for (unsigned i = 0; i < LOOKAHEAD_CELLS; i++) {
        const struct lookahead_cell *cell = &look->cells[i];
        uint64_t word;

        if (cell->address == 0) {
            continue;
        }
        (void)vm_user_read(vm, &word, cell->address, sizeof(word));
        word = (word & ~cell->known) | (cell->value & cell->known);
        (void)vm_user_write(vm, cell->address, &word, sizeof(word));
    }
}

static uint32_t bits(uint32_t w, unsigned from, unsigned count)
{
    return w >> from & ((1u << count) - 1);
}

static bool decode_fp(uint32_t w, struct fp_access *fp)
{
    uint32_t funct3 = bits(w, 13, 3);

    *fp = (struct fp_access){ .bytes = 8 };
    switch (w & 3) {
    case 0:
        fp->is_load = funct3 == 1;
        fp->reg = 8 + bits(w, 2, 3);
        return funct3 == 1 || funct3 == 5;
    case 2:
        fp->is_load = funct3 == 1;
        fp->reg = bits(w, fp->is_load ? 7 : 2, 5);
        return funct3 == 1 || funct3 == 5;
    case 3:
        fp->is_load = bits(w, 2, 5) == 1;
        fp->reg = bits(w, fp->is_load ? 7 : 20, 5);
        fp->bytes = 1u << bits(w, 12, 3);
        return bits(w, 2, 5) == 1 || bits(w, 2, 5) == 9;
    default:
        return false;
    }
}

static void do_fp(struct thread *thread, const struct fp_access *fp,
                  uint64_t address)
{
    struct vm *vm = thread->proc->vm;
    uint64_t value = fp->bytes == 4 ? NAN_BOX : 0;

    sched_save_fp(thread);
    if (!fp->is_load) {
        (void)vm_user_write(vm, address, &thread->fp.f[fp->reg], fp->bytes);
        return;
    }
    (void)vm_user_read(vm, &value, address, fp->bytes);
    thread->fp.f[fp->reg] = value;
    thread->fp_used = true;
    fp_forget(&thread->fp);
}

/* -- one access -- */

static void record(const struct proc *proc, uint64_t address, bool late)
{
    bridge_trace(MB_TRACE_REFERENCE, proc->pid, proc->epoch, REFERENCES -
                 proc->vm->watched_left, address >> PAGE_SHIFT, !late, 0);
}

/* Of a thread whose instruction cannot be carried out here nothing more is
 * recorded. */
static void referenced(struct thread *thread)
{
    static struct lookahead look;       /* too large for the stack */
    struct vm *vm = thread->proc->vm;
    uint64_t pc = FRAME_PC(&thread->frame);
    struct fp_access fp;
    uint32_t w = 0;
    bool late;

    if (vm_watched_page(vm, thread->frame.tval, &late) == NULL) {
        return;
    }
    (void)vm_user_read(vm, &w, pc, sizeof(uint16_t));
    if ((w & 3) == 3) {
        (void)vm_user_read(vm, &w, pc, sizeof(w));
    }
    lookahead_start(&look, thread->frame.x, pc, page, vm);
    if (lookahead_step(&look) != LOOKAHEAD_ACCESS ||
        vm_user_check(vm, look.address & ~7ul, 16, VM_READ) != 0) {
        vm_unwatch(vm);
        return;
    }
    record(thread->proc, thread->frame.tval, late);
    if (decode_fp(w, &fp)) {
        do_fp(thread, &fp, look.address);
    } else {
        store_cells(vm, &look);
        memcpy(thread->frame.x, look.x, sizeof(look.x));
    }
    FRAME_PC(&thread->frame) = look.pc;
    if (--vm->watched_left == 0) {
        vm_unwatch(vm);
    }
}

void references_start(struct proc *proc)
{
    const struct frame *frame = &proc->threads->frame;

    if (is_measured) {
        proc->vm->watched_left = REFERENCES;
        vm_watch(proc->vm, FRAME_PC(frame), frame->x[REG_SP]);
    }
}

uint32_t references_heap_pages(uint32_t usual)
{
    return is_measured ? heap_pages : usual;
}

void references_init(void)
{
    uint32_t entry = ramdisk_find(REFERENCES_PATH);

    if (entry != CPIO_NONE && ramdisk_entry(entry)->bytes > 0) {
        const uint8_t *digit = ramdisk_entry(entry)->data;

        is_measured = true;
        heap_pages = (uint32_t)(*digit - '0');
        heap_pages = heap_pages < HEAP_PAGES_MAX ? heap_pages : HEAP_PAGES_MAX;
    }
    proc_hooks.referenced = referenced;
}
