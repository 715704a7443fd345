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
#define AREA_FILE           32u         /* the name of a backing follows */
#define AREA_SAME           64u         /* backing as that of the area before */
#define AREA_FLAGS          127u

static const struct backing_ops *backing_ops;

void vm_set_backing_ops(const struct backing_ops *ops)
{
    backing_ops = ops;
}

static void encode_area(const struct area *area, const struct backing *before,
                        struct codec *c)
{
    struct backing *backing = area->backing;
    uint32_t from = backing == NULL ? 0 :
                    backing == before ? AREA_SAME : AREA_FILE;

    put_u64(c, area->start);
    put_u64(c, area->end);
    put_u32(c, area->prot | (area->stack ? AREA_STACK : 0) |
                   (area->heap ? AREA_HEAP : 0) | from);
    if (from == AREA_FILE) {
        put_string(c, backing->ops->name(backing));
    }
    if (backing != NULL) {
        put_u64(c, area->offset);
        put_u64(c, area->file_end);
    }
}

void vm_encode(const struct vm *vm, struct codec *c)
{
    put_u64(c, vm->brk_start);
    put_u64(c, vm->brk);
    put_u32(c, vm->area_count);
    for (unsigned i = 0; i < vm->area_count; i++) {
        encode_area(&vm->areas[i], i > 0 ? vm->areas[i - 1].backing : NULL, c);
    }
}

static bool is_sane(const struct vm *vm, const struct area *area)
{
    uint64_t floor = AREAS_BOTTOM;

    if (vm->area_count > 0) {
        floor = vm->areas[vm->area_count - 1].end;
    }
    return area->start >= floor && area->start < area->end &&
           area->end <= USER_TOP && (area->start | area->end) % PAGE_SIZE == 0;
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
                           uint32_t flags, struct codec *c)
{
    switch (flags & (AREA_FILE | AREA_SAME)) {
    case 0:
        return true;
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
    struct area area = { 0 };
    uint32_t flags;

    area.start = get_u64(c);
    area.end = get_u64(c);
    flags = get_u32(c);
    area.prot = flags & (VM_READ | VM_WRITE | VM_EXEC);
    area.stack = flags & AREA_STACK;
    area.heap = flags & AREA_HEAP;
    if (flags > AREA_FLAGS || !is_sane(vm, &area) ||
        !decode_backing(vm, &area, flags, c)) {
        return false;
    }
    if (area.backing != NULL) {
        area.offset = get_u64(c);
        area.file_end = get_u64(c);
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
    uint32_t count;

    vm->brk_start = get_u64(c);
    vm->brk = get_u64(c);
    count = get_count(c, VM_AREAS - 1);
    if (c->error != 0 || vm->brk < vm->brk_start || vm->brk > USER_TOP) {
        return -EINVAL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!decode_area(vm, c)) {
            return -EINVAL;
        }
    }
    return c->error;
}
