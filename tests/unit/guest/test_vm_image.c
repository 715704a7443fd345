/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm/vm_image.c: an address space in an image, and hostile images.
 */
#include <string.h>

#include "mm/page.h"
#include "suite.h"
#include "vm_model.h"

static size_t encode(uint8_t *buffer, size_t size)
{
    struct codec c;

    codec_init(&c, buffer, size);
    vm_encode(vm, &c);
    ck_assert_int_eq(c.error, 0);
    return size - codec_left(&c);
}

static void make_space(void)
{
    vm->brk_start = vm->brk = MODEL_WINDOW + (1u << 24);
    vm_set_brk(vm, vm->brk_start + 5000);
    model_map(0, 4, true, VM_READ | VM_EXEC);
    model_map(4, 6, false, VM_READ | VM_WRITE);
    model_map(10, 11, false, VM_READ);
}

START_TEST(an_image_describes_the_space)
{
    uint8_t buffer[1024] __attribute__((aligned(8)));
    struct vm *other;
    struct codec c;
    size_t bytes;

    model_begin();
    make_space();
    bytes = encode(buffer, sizeof(buffer));
    other = vm_create();
    codec_init(&c, buffer, bytes);
    ck_assert_int_eq(vm_decode(other, &c), 0);
    ck_assert_uint_eq(codec_left(&c), 0);
    ck_assert_uint_eq(other->brk_start, vm->brk_start);
    ck_assert_uint_eq(other->brk, vm->brk);
    ck_assert_uint_eq(other->area_count, vm->area_count);
    for (unsigned i = 0; i < vm->area_count; i++) {
        ck_assert_mem_eq(&other->areas[i], &vm->areas[i],
                         sizeof(struct area));
    }
    vm_destroy(other);
    model_end();
}
END_TEST

START_TEST(hostile_images_are_refused_or_sound)
{
    uint8_t buffer[1024] __attribute__((aligned(8)));
    uint8_t mutated[1024] __attribute__((aligned(8)));
    uint64_t seed = 1;
    size_t bytes;

    model_begin();
    make_space();
    bytes = encode(buffer, sizeof(buffer));
    for (unsigned i = 0; i < 50000; i++) {
        struct vm *other = vm_create();
        size_t length = i % 2 ? bytes : suite_random(&seed) % bytes;
        struct codec c;

        memcpy(mutated, buffer, bytes);
        for (uint64_t n = suite_random(&seed) % 4; n > 0; n--) {
            mutated[suite_random(&seed) % bytes] = (uint8_t)suite_random(&seed);
        }
        codec_init(&c, mutated, length);
        if (vm_decode(other, &c) == 0) {
            for (unsigned k = 0; k < other->area_count; k++) {
                const struct area *area = &other->areas[k];

                ck_assert_uint_lt(area->start, area->end);
                ck_assert_uint_le(area->end, USER_TOP);
                ck_assert(k == 0 || area[-1].end <= area->start);
            }
        }
        vm_destroy(other);
    }
    model_end();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        an_image_describes_the_space,
        hostile_images_are_refused_or_sound,
    };

    return suite_run("vm_image", tests, SUITE_COUNT(tests));
}
