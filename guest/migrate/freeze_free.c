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
#include "include/uapi/techniques.h"
#include "migrate/algorithms.h"
#include "migrate/departure.h"
#include "migrate/heap_page.h"
#include "migrate/objects.h"
#include "migrate/references.h"
#include "mm/page.h"

/* The ABI keeps the stack pointer aligned to 16; below it is nothing. */
#define STACK_ALIGN 16u

struct heap_search {
    struct proc *proc;
    const struct area *code;
    const struct area *stack;
};

static bool is_in(const struct area *area, uint64_t index)
{
    return area && index >= area->start >> PAGE_SHIFT &&
           index < area->end >> PAGE_SHIFT;
}

static const uint8_t *page(void *context, uint64_t index)
{
    const struct heap_search *search = context;
    struct page_ref ref;

    objects_page(search->proc, MB_OBJECT_SPACE, index, &ref);
    return ref.page;
}

static enum heap_use use(void *context, uint64_t index)
{
    const struct heap_search *search = context;
    struct page_ref ref;

    if (is_in(search->code, index) || is_in(search->stack, index)) {
        return HEAP_NOT;
    }
    return objects_page(search->proc, MB_OBJECT_SPACE, index, &ref) &&
           ref.modified ? HEAP_WANTED : HEAP_ANYWHERE;
}

static void foresee(struct departure *departure, const struct thread *thread)
{
    struct proc *proc = thread->proc;
    const struct frame *frame = &thread->frame;
    struct heap_search search = {
        .proc = proc,
        .code = vm_find(proc->vm, FRAME_PC(frame)),
        .stack = vm_find(proc->vm, frame->x[REG_SP]),
    };
    struct heap_page_query query = {
        .x = frame->x,
        .pc = FRAME_PC(frame),
        .page = page,
        .use = use,
        .context = &search,
        .most = references_heap_pages(HEAP_PAGES),
    };
    uint64_t index[HEAP_PAGES_MAX];
    uint32_t count = heap_pages_find(&query, index);

    for (uint32_t i = 0; i < count; i++) {
        departure_add_critical(departure, index[i], 0, MB_MSG_HEAP);
    }
}

static void select(struct departure *departure, const struct thread *thread)
{
    const struct frame *frame = &thread->frame;
    uint64_t sp = frame->x[REG_SP];

    if (departure->move.without & WITHOUT_CRITICAL_PAGES) {
        return;
    }
    departure_add_critical(departure, FRAME_PC(frame) >> PAGE_SHIFT, 0,
                           MB_MSG_CODE);
    departure_add_critical(departure, sp >> PAGE_SHIFT,
                           sp & PAGE_MASK & ~(uint64_t)(STACK_ALIGN - 1),
                           MB_MSG_STACK);
}

const struct algorithm_ops freeze_free = {
    .select = select,
    .foresee = foresee,
    .follow = departure_push_rest,
};

/* As the paper has it: the rest goes to the file server and not to the new
 * host, which asks whoever has a page. */
const struct algorithm_ops freeze_free_fs = {
    .select = select,
    .foresee = foresee,
    .follow = departure_deposit_rest,
};
