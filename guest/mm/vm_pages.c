/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An address space as a paged object (mm/pages.h): how migration sees it.
 */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "mm/table.h"
#include "mm/vm_internal.h"

#define INDEX_END (USER_TOP >> PAGE_SHIFT)

static struct vm *vm_of(struct pages *pages)
{
    return (struct vm *)((char *)pages - offsetof(struct vm, pages));
}

static void *page_of(pte_t pte)
{
    return phys_to_virt(pte_physical(pte));
}

static void *next(struct pages *pages, uint64_t *index, bool *modified)
{
    struct vm *vm = vm_of(pages);
    uint64_t address = *index << PAGE_SHIFT;
    pte_t *pte;

    if (*index >= INDEX_END) {
        return NULL;
    }
    for (; (pte = table_next(vm->root, &address, USER_TOP)) != NULL;
         address += PAGE_SIZE) {
        if (pte_has_page(*pte)) {
            *index = address >> PAGE_SHIFT;
            *modified = pte_is_owed(*pte);
            return page_of(*pte);
        }
    }
    return NULL;
}

static void *previous(struct pages *pages, uint64_t *index, bool *modified)
{
    struct vm *vm = vm_of(pages);
    uint64_t end = (*index < INDEX_END ? *index : INDEX_END) << PAGE_SHIFT;
    pte_t *pte;

    while ((pte = table_previous(vm->root, &end)) != NULL) {
        if (pte_has_page(*pte)) {
            *index = end >> PAGE_SHIFT;
            *modified = pte_is_owed(*pte);
            return page_of(*pte);
        }
    }
    return NULL;
}

/* Within one table of leaves, from *address on. */
static uint32_t next_run_below(struct vm *vm, uint64_t *address, uint64_t top)
{
    pte_t *pte;

    while ((pte = table_next(vm->root, address, top)) != NULL) {
        uint64_t left = SV39_ENTRIES - sv39_index(*address, 0);
        unsigned first = 0, end;

        if (left > (top - *address) >> PAGE_SHIFT) {
            left = (top - *address) >> PAGE_SHIFT;
        }
        while (first < left && !pte_is_owed(pte[first])) {
            first++;
        }
        *address += (uint64_t)first << PAGE_SHIFT;
        if (first == left) {
            continue;
        }
        for (end = first + 1; end < left && pte_is_owed(pte[end]);) {
            end++;
        }
        return end - first;
    }
    return 0;
}

/* By areas, outside of which there is nothing: most of the tables above the
 * leaves is empty. */
static uint32_t next_run(struct pages *pages, uint64_t *index, uint64_t stop)
{
    struct vm *vm = vm_of(pages);
    uint64_t from = *index << PAGE_SHIFT;
    uint64_t top = (stop < INDEX_END ? stop : INDEX_END) << PAGE_SHIFT;

    if (*index >= INDEX_END) {
        return 0;
    }
    for (unsigned i = areas_above(vm, from);
         i < vm->area_count && vm->areas[i].start < top; i++) {
        const struct area *area = &vm->areas[i];
        uint64_t address = area->start > from ? area->start : from;
        uint32_t count = next_run_below(vm, &address,
                                        area->end < top ? area->end : top);

        if (count > 0) {
            *index = address >> PAGE_SHIFT;
            return count;
        }
    }
    return 0;
}

static pte_t *leaf(struct pages *pages, uint64_t index)
{
    return index < INDEX_END
               ? table_find(vm_of(pages)->root, index << PAGE_SHIFT)
               : NULL;
}

static void contents(struct pages *pages, uint64_t index, uint32_t count,
                     void **page)
{
    const pte_t *pte = NULL;

    for (uint32_t i = 0; i < count; i++, pte++) {
        if (pte == NULL || (index + i) % SV39_ENTRIES == 0) {
            pte = leaf(pages, index + i);
        }
        page[i] = page_of(*pte);
    }
}

static uint64_t count(struct pages *pages)
{
    return vm_of(pages)->page_count;
}

static void *find(struct pages *pages, uint64_t index, bool *modified)
{
    pte_t *pte = leaf(pages, index);

    if (pte == NULL || !pte_has_page(*pte)) {
        return NULL;
    }
    *modified = pte_is_owed(*pte);
    return page_of(*pte);
}

/*
 * A page may come late, for a place that was unmapped or mapped anew since.
 * Such a place has lost its mark; before there are marks, nothing can have
 * been unmapped (see mm/vm.h).
 */
static int install(struct pages *pages, uint64_t index, void *page,
                   bool modified)
{
    struct vm *vm = vm_of(pages);
    uint64_t address = index << PAGE_SHIFT;
    const struct area *area;
    pte_t *pte;

    area = index < INDEX_END ? vm_find(vm, address) : NULL;
    if (area == NULL) {
        return -ENOENT;
    }
    pte = table_make(vm->root, address);
    if (pte == NULL) {
        return -ENOMEM;
    }
    if (pte_has_page(*pte)) {
        return -EEXIST;
    }
    if (!pte_is_remote(*pte) && !pages->map_awaited) {
        return -ENOENT;
    }
    vm_set_page(vm, area, address, pte, page, modified);
    if (vm->watched) {
        *pte |= PTE_REMOTE;     /* that is where it was: vm_watched_page */
    }
    return 0;
}

_Static_assert(PAGES_ADOPT == SV39_ENTRIES, "one table");

static int adopt(struct pages *pages, uint64_t index, void **entries,
                 uint32_t count)
{
    struct vm *vm = vm_of(pages);
    uint64_t start = index << PAGE_SHIFT;
    uint64_t end = start + ((uint64_t)count << PAGE_SHIFT);
    pte_t *pte;

    if (index >= INDEX_END || areas_free(vm, start, end)) {
        return 0;
    }
    pte = table_make(vm->root, start);
    if (pte == NULL) {
        return -ENOMEM;
    }
    for (unsigned i = areas_above(vm, start);
         i < vm->area_count && vm->areas[i].start < end; i++) {
        const struct area *area = &vm->areas[i];
        uint64_t at = area->start > start ? area->start : start;
        uint64_t top = area->end < end ? area->end : end;

        for (; at < top; at += PAGE_SIZE) {
            unsigned k = (unsigned)((at - start) >> PAGE_SHIFT);

            if (entries[k] != NULL && pte[k] == 0) {
                pte[k] = vm_leaf(vm, area, virt_to_phys(entries[k]), true);
                entries[k] = NULL;
                vm->page_count++;
            }
        }
    }
    mmu_flush_all();
    mmu_flush_code();
    return 0;
}

static void prepare(struct pages *pages, uint64_t index)
{
    if (index < INDEX_END) {
        (void)table_make(vm_of(pages)->root, index << PAGE_SHIFT);
    }
}

/* Marks within one area, a leaf table at a time. */
static int mark_range(struct vm *vm, uint64_t start, uint64_t end)
{
    pte_t *pte = NULL;

    for (uint64_t at = start; at < end; at += PAGE_SIZE, pte++) {
        if (pte == NULL || sv39_index(at, 0) == 0) {
            pte = table_make(vm->root, at);
            if (pte == NULL) {
                return -ENOMEM;
            }
        }
        if (*pte == 0) {
            *pte = PTE_REMOTE;
        }
    }
    return 0;
}

static int mark_remote(struct pages *pages, uint64_t index, uint32_t count)
{
    struct vm *vm = vm_of(pages);
    uint64_t start = index << PAGE_SHIFT;
    uint64_t end = start + ((uint64_t)count << PAGE_SHIFT);
    int error = 0;

    if (index >= INDEX_END || count > INDEX_END - index) {
        return -EINVAL;
    }
    for (unsigned i = areas_above(vm, start);
         i < vm->area_count && vm->areas[i].start < end && error == 0; i++) {
        const struct area *area = &vm->areas[i];

        error = mark_range(vm, area->start > start ? area->start : start,
                           area->end < end ? area->end : end);
    }
    return error;
}

static bool is_remote(struct pages *pages, uint64_t index)
{
    pte_t *pte = leaf(pages, index);

    return pte != NULL && pte_is_remote(*pte);
}

static bool awaits(struct pages *pages)
{
    struct vm *vm = vm_of(pages);
    uint64_t address = 0;
    pte_t *pte;

    if (pages->map_awaited) {
        return true;
    }
    for (; (pte = table_next(vm->root, &address, USER_TOP)) != NULL;
         address += PAGE_SIZE) {
        if (pte_is_remote(*pte)) {
            return true;
        }
    }
    return false;
}

static void mark_sent(struct pages *pages, uint64_t index)
{
    pte_t *pte = leaf(pages, index);

    if (pte != NULL && pte_is_modified(*pte)) {
        *pte = pte_sent(*pte);
        mmu_flush_page(index << PAGE_SHIFT);
    }
}

/* What was writable becomes so again by a fault. */
static void forget_sent(struct pages *pages, uint64_t index, uint32_t count)
{
    uint64_t address = index << PAGE_SHIFT;
    uint64_t end;
    pte_t *pte;

    if (index >= INDEX_END) {
        return;
    }
    end = count < INDEX_END - index ? address + ((uint64_t)count << PAGE_SHIFT)
                                    : USER_TOP;
    for (; (pte = table_next(vm_of(pages)->root, &address, end)) != NULL;
         address += PAGE_SIZE) {
        if (pte_is_sent(*pte)) {
            *pte &= ~(pte_t)PTE_SENT;
        }
    }
}

static void mark_unused(struct pages *pages, uint64_t index)
{
    pte_t *pte = leaf(pages, index);

    if (pte != NULL && pte_has_page(*pte)) {
        *pte &= ~(pte_t)PTE_A;
        mmu_flush_page(index << PAGE_SHIFT);
    }
}

static void drop(struct pages *pages, uint64_t index)
{
    pte_t *pte = leaf(pages, index);

    if (pte != NULL && pte_has_page(*pte)) {
        vm_clear_leaf(vm_of(pages), pte);
        mmu_flush_page(index << PAGE_SHIFT);
    }
}

const struct pages_ops vm_pages_ops = {
    .next = next,
    .previous = previous,
    .next_run = next_run,
    .contents = contents,
    .count = count,
    .find = find,
    .install = install,
    .adopt = adopt,
    .prepare = prepare,
    .mark_remote = mark_remote,
    .is_remote = is_remote,
    .awaits = awaits,
    .mark_sent = mark_sent,
    .forget_sent = forget_sent,
    .mark_unused = mark_unused,
    .drop = drop,
};
