/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arithmetic on the sorted array of areas of an address space.
 *
 * Invariant between calls: sorted, no overlaps, no two neighbours that could
 * be one, one reference to its backing per area.
 */
#include "mm/areas.h"

#include "lib/errno.h"
#include "lib/string.h"

static void backing_get(struct backing *backing)
{
    if (backing != NULL) {
        backing->ops->get(backing);
    }
}

static void backing_put(struct backing *backing)
{
    if (backing != NULL) {
        backing->ops->put(backing);
    }
}

unsigned areas_above(const struct vm *vm, uint64_t address)
{
    unsigned low = 0;
    unsigned high = vm->area_count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (vm->areas[middle].end > address) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

bool areas_free(const struct vm *vm, uint64_t start, uint64_t end)
{
    unsigned i = areas_above(vm, start);

    return i == vm->area_count || vm->areas[i].start >= end;
}

bool areas_cover(const struct vm *vm, uint64_t start, uint64_t end)
{
    for (unsigned i = areas_above(vm, start); start < end; i++) {
        if (i == vm->area_count || vm->areas[i].start > start) {
            return false;
        }
        start = vm->areas[i].end;
    }
    return true;
}

uint64_t areas_hole(const struct vm *vm, uint64_t bytes)
{
    uint64_t top = USER_TOP;

    for (unsigned i = vm->area_count; i > 0; i--) {
        if (top - vm->areas[i - 1].end >= bytes) {
            return top - bytes;
        }
        top = vm->areas[i - 1].start;
    }
    return top >= AREAS_BOTTOM && top - AREAS_BOTTOM >= bytes ? top - bytes : 0;
}

struct area areas_tail(const struct area *area, uint64_t start)
{
    struct area tail = *area;
    uint64_t skipped = start - area->start;

    tail.start = start;
    if (area->backing != NULL) {
        tail.offset += skipped;
        tail.file_end -= skipped < tail.file_end ? skipped : tail.file_end;
    }
    return tail;
}

/* Whether b is what area a would go on with. */
static bool continues(const struct area *a, const struct area *b)
{
    struct area tail;

    if (a->end != b->start || a->prot != b->prot || a->stack != b->stack ||
        a->heap != b->heap || a->backing != b->backing) {
        return false;
    }
    tail = areas_tail(a, a->end);
    return tail.offset == b->offset && tail.file_end == b->file_end;
}

static void open_slot(struct vm *vm, unsigned at)
{
    memmove(&vm->areas[at + 1], &vm->areas[at],
            (vm->area_count - at) * sizeof(vm->areas[0]));
    vm->area_count++;
}

static void close_slots(struct vm *vm, unsigned first, unsigned last)
{
    memmove(&vm->areas[first], &vm->areas[last],
            (vm->area_count - last) * sizeof(vm->areas[0]));
    vm->area_count -= last - first;
}

/* Joins the areas from index `first` to index `last`, as far as they fit. */
static void join(struct vm *vm, unsigned first, unsigned last)
{
    for (unsigned i = first; i < last && i + 1 < vm->area_count;) {
        struct area *area = &vm->areas[i];

        if (continues(area, area + 1)) {
            backing_put(area[1].backing);
            area->end = area[1].end;
            close_slots(vm, i + 1, i + 2);
            last--;
        } else {
            i++;
        }
    }
}

static void join_around(struct vm *vm, unsigned first, unsigned last)
{
    join(vm, first > 0 ? first - 1 : 0, last);
}

int areas_insert(struct vm *vm, const struct area *area)
{
    unsigned at = areas_above(vm, area->start);

    if (vm->area_count == VM_AREAS) {
        return -ENOMEM;
    }
    open_slot(vm, at);
    vm->areas[at] = *area;
    backing_get(area->backing);
    join_around(vm, at, at + 1);
    return 0;
}

bool areas_append(struct vm *vm, const struct area *area)
{
    struct area *last = &vm->areas[vm->area_count];

    if (vm->area_count > 0 && continues(last - 1, area)) {
        return false;
    }
    *last = *area;
    vm->area_count++;
    return true;
}

static bool cuts(const struct vm *vm, uint64_t address)
{
    unsigned i = areas_above(vm, address);

    return i < vm->area_count && vm->areas[i].start < address;
}

static void cut(struct vm *vm, uint64_t address)
{
    unsigned i = areas_above(vm, address);

    if (!cuts(vm, address)) {
        return;
    }
    open_slot(vm, i);
    vm->areas[i + 1] = areas_tail(&vm->areas[i], address);
    vm->areas[i].end = address;
    backing_get(vm->areas[i].backing);
}

bool areas_can_remove(const struct vm *vm, uint64_t start, uint64_t end)
{
    unsigned i = areas_above(vm, start);

    /* Only a hole within one area takes more room than there was. */
    return vm->area_count < VM_AREAS || i == vm->area_count ||
           vm->areas[i].start >= start || vm->areas[i].end <= end;
}

int areas_remove(struct vm *vm, uint64_t start, uint64_t end)
{
    unsigned first;
    unsigned last;

    if (!areas_can_remove(vm, start, end)) {
        return -ENOMEM;
    }
    first = areas_above(vm, start);
    if (first < vm->area_count && vm->areas[first].start < start) {
        struct area *area = &vm->areas[first];

        if (area->end > end) {
            cut(vm, end);
        }
        area->end = start;
        first++;
    }
    for (last = first; last < vm->area_count && vm->areas[last].end <= end;
         last++) {
        backing_put(vm->areas[last].backing);
    }
    if (last < vm->area_count && vm->areas[last].start < end) {
        vm->areas[last] = areas_tail(&vm->areas[last], end);
    }
    close_slots(vm, first, last);
    return 0;
}

int areas_protect(struct vm *vm, uint64_t start, uint64_t end, uint8_t prot)
{
    unsigned first;
    unsigned last;

    if (vm->area_count + cuts(vm, start) + cuts(vm, end) > VM_AREAS) {
        return -ENOMEM;
    }
    cut(vm, start);
    cut(vm, end);
    first = areas_above(vm, start);
    for (last = first; last < vm->area_count && vm->areas[last].end <= end;
         last++) {
        vm->areas[last].prot = prot;
    }
    join_around(vm, first, last);
    return 0;
}

const struct area *vm_find(const struct vm *vm, uint64_t address)
{
    unsigned i = areas_above(vm, address);

    return i < vm->area_count && vm->areas[i].start <= address ? &vm->areas[i]
                                                               : NULL;
}
