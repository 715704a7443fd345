/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The areas of an address space in an image. A hostile image is refused; the
 * half-decoded space is then good for vm_destroy only.
 */
#include "lib/errno.h"
#include "mm/page.h"
#include "mm/vm_internal.h"

#define BACKING_NAME_MAX    256
#define AREA_STACK          8u          /* beside enum vm_access */
#define AREA_HEAP           16u
#define AREA_FILE           32u         /* backing record and its name follow */
#define AREA_SAME           64u         /* backing record: as the area before */
#define AREA_FLAGS          127u

struct vm_record {
    uint64_t brk_start;
    uint64_t brk;
    uint64_t area_count;
};
_Static_assert(sizeof(struct vm_record) == 24, "docs/migration.md");

struct area_record {
    uint64_t start;
    uint64_t end;
    uint64_t flags;                     /* AREA_* and enum vm_access */
};
_Static_assert(sizeof(struct area_record) == 24, "docs/migration.md");

struct backing_record {
    uint64_t offset;
    uint64_t file_end;
};
_Static_assert(sizeof(struct backing_record) == 16, "docs/migration.md");

static const struct backing_ops *backing_ops;

void vm_set_backing_ops(const struct backing_ops *ops)
{
    backing_ops = ops;
}

static void encode_area(const struct area *area, const struct backing *before,
                        struct codec *c)
{
    struct area_record *record = put_record(c, sizeof(*record));
    struct backing *backing = area->backing;
    uint32_t from = backing == NULL ? 0 :
                    backing == before ? AREA_SAME : AREA_FILE;

    record->start = area->start;
    record->end = area->end;
    record->flags = area->prot | (area->stack ? AREA_STACK : 0) |
                    (area->heap ? AREA_HEAP : 0) | from;
    if (backing != NULL) {
        struct backing_record *source = put_record(c, sizeof(*source));

        source->offset = area->offset;
        source->file_end = area->file_end;
    }
    if (from == AREA_FILE) {
        put_string(c, backing->ops->name(backing));
    }
}

void vm_encode(const struct vm *vm, struct codec *c)
{
    struct vm_record *record = put_record(c, sizeof(*record));
    const struct backing *before = NULL;

    record->brk_start = vm->brk_start;
    record->brk = vm->brk;
    record->area_count = vm->area_count;
    for (unsigned i = 0; i < vm->area_count; i++) {
        encode_area(&vm->areas[i], before, c);
        before = vm->areas[i].backing;
    }
}

static bool is_sane(const struct vm *vm, const struct area_record *record)
{
    uint64_t floor = AREAS_BOTTOM;

    if (vm->area_count > 0) {
        floor = vm->areas[vm->area_count - 1].end;
    }
    return record->start >= floor && record->start < record->end &&
           record->end <= USER_TOP &&
           (record->start | record->end) % PAGE_SIZE == 0 &&
           record->flags <= AREA_FLAGS;
}

static bool open_backing(struct area *area, struct codec *c)
{
    char name[BACKING_NAME_MAX];

    get_string(c, name, sizeof(name));
    if (c->error == 0 && backing_ops != NULL) {
        area->backing = backing_ops->open(name);
    }
    return area->backing != NULL;
}

/* The backing of the last area that was decoded once more. */
static bool repeat_backing(const struct vm *vm, struct area *area)
{
    if (vm->area_count > 0) {
        area->backing = vm->areas[vm->area_count - 1].backing;
    }
    if (area->backing == NULL) {
        return false;
    }
    area->backing->ops->get(area->backing);
    return true;
}

static bool decode_backing(const struct vm *vm, struct area *area,
                           uint64_t from, struct codec *c)
{
    const struct backing_record *record;

    if (from == 0) {
        return true;
    }
    record = get_record(c, sizeof(*record));
    area->offset = record->offset;
    area->file_end = record->file_end;
    switch (from) {
    case AREA_FILE:
        return open_backing(area, c);
    case AREA_SAME:
        return repeat_backing(vm, area);
    default:
        return false;
    }
}

static bool decode_area(struct vm *vm, struct codec *c)
{
    const struct area_record *record = get_record(c, sizeof(*record));
    struct area area = {
        .start = record->start,
        .end = record->end,
        .prot = record->flags & (VM_READ | VM_WRITE | VM_EXEC),
        .stack = record->flags & AREA_STACK,
        .heap = record->flags & AREA_HEAP,
    };

    if (!is_sane(vm, record) ||
        !decode_backing(vm, &area, record->flags & (AREA_FILE | AREA_SAME),
                        c)) {
        return false;
    }
    if (areas_append(vm, &area)) {
        return true;
    }
    if (area.backing != NULL) {
        area.backing->ops->put(area.backing);
    }
    return false;
}

int vm_decode(struct vm *vm, struct codec *c)
{
    const struct vm_record *record = get_record(c, sizeof(*record));

    vm->brk_start = record->brk_start;
    vm->brk = record->brk;
    if (c->error != 0 || record->area_count >= VM_AREAS ||
        vm->brk < vm->brk_start || vm->brk > USER_TOP) {
        return -EINVAL;
    }
    for (uint64_t i = 0; i < record->area_count; i++) {
        if (!decode_area(vm, c)) {
            return -EINVAL;
        }
    }
    return c->error;
}
