/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Freeze-free: state, current code page, current heap page and, last, the used
 * part of the current stack page; everything else after the resume.
 *
 * Roush, Campbell, Fast Dynamic Process Migration, ICDCS 1996. Technique 2:
 * the program counter names the code page, the stack pointer the stack page,
 * the instructions at the program counter the heap page.
 */
#include <stddef.h>

#include "hw/abi/message.h"
#include "migrate/algorithms.h"
#include "migrate/departure.h"
#include "migrate/heap_page.h"
#include "migrate/objects.h"
#include "mm/page.h"

/* The ABI keeps the stack pointer aligned to 16; below it is nothing. */
#define STACK_ALIGN 16u

struct heap_search {
    struct proc *proc;
    const struct area *code;
    const struct area *stack;
};

static bool is_in(const struct area *area, uint64_t address)
{
    return area && address >= area->start && address < area->end;
}

static bool is_wanted(void *context, uint64_t address)
{
    const struct heap_search *search = context;
    struct page_ref ref;

    return !is_in(search->code, address) && !is_in(search->stack, address) &&
           address < USER_TOP &&
           objects_page(search->proc, MB_OBJECT_SPACE, address >> PAGE_SHIFT,
                        &ref) && ref.modified;
}

static void add_heap(struct departure *departure, struct proc *proc,
                     const struct frame *frame, const struct page_ref *code)
{
    struct heap_search search = {
        .proc = proc,
        .code = vm_find(proc->vm, FRAME_PC(frame)),
        .stack = vm_find(proc->vm, frame->x[REG_SP]),
    };
    struct heap_page_query query = {
        .x = frame->x,
        .pc = FRAME_PC(frame),
        .code = code->page,
        .code_start = code->index << PAGE_SHIFT,
        .code_bytes = code->page ? PAGE_SIZE : 0,
        .wanted = is_wanted,
        .context = &search,
    };
    uint64_t address;

    if (heap_page_find(&query, &address)) {
        departure_add_critical(departure, address >> PAGE_SHIFT, 0,
                               MB_MSG_HEAP);
    }
}

static void select(struct departure *departure, const struct thread *thread)
{
    struct proc *proc = thread->proc;
    const struct frame *frame = &thread->frame;
    uint64_t sp = frame->x[REG_SP];
    struct page_ref code;

    objects_page(proc, MB_OBJECT_SPACE, FRAME_PC(frame) >> PAGE_SHIFT, &code);
    departure_add_critical(departure, code.index, 0, MB_MSG_CODE);
    add_heap(departure, proc, frame, &code);
    departure_add_critical(departure, sp >> PAGE_SHIFT,
                           sp & PAGE_MASK & ~(uint64_t)(STACK_ALIGN - 1),
                           MB_MSG_STACK);
}

const struct algorithm_ops freeze_free = {
    .select = select,
    .follow = departure_push_rest,
};
