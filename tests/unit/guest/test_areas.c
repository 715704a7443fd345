/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm/areas.c against a model that knows each page by itself.
 */
#include "mm/areas.h"

#include <string.h>

#include "lib/errno.h"
#include "mm/page.h"
#include "suite.h"

#define WINDOW      0x100000ul
#define PAGES       64u
#define STEPS       20000
#define BACKINGS    2

struct file {
    struct backing backing;
    unsigned references;
};

/* One page of the model; mapped is false: nothing else counts. */
struct model_page {
    bool mapped;
    bool heap;
    uint8_t prot;
    struct backing *backing;
    uint64_t offset;
    uint64_t file_end;
};

static struct file files[BACKINGS];
static struct vm vm;
static struct model_page model[PAGES];

static void get(struct backing *backing)
{
    ((struct file *)backing)->references++;
}

static void put(struct backing *backing)
{
    suite_check(((struct file *)backing)->references > 0);
    ((struct file *)backing)->references--;
}

static const struct backing_ops file_ops = { .get = get, .put = put };

static void reset(void)
{
    memset(&vm, 0, sizeof(vm));
    memset(model, 0, sizeof(model));
    for (unsigned i = 0; i < BACKINGS; i++) {
        files[i] = (struct file){ .backing = { &file_ops } };
    }
}

static uint64_t address(unsigned page)
{
    return WINDOW + page * PAGE_SIZE;
}

static struct model_page model_of(const struct area *area, uint64_t at)
{
    struct area tail = areas_tail(area, at);

    return (struct model_page){
        true, tail.heap, tail.prot, tail.backing, tail.offset, tail.file_end,
    };
}

static void check_array(void)
{
    unsigned references[BACKINGS] = { 0 };

    for (unsigned i = 0; i < vm.area_count; i++) {
        const struct area *area = &vm.areas[i];

        suite_check(area->start < area->end);
        if (area->backing != NULL) {
            references[(struct file *)area->backing - files]++;
        }
        if (i > 0) {
            struct area before = vm.areas[i - 1];
            struct model_page a, b;

            suite_check(before.end <= area->start);
            a = model_of(&before, before.end);
            b = model_of(area, area->start);
            ck_assert_msg(before.end < area->start ||
                              memcmp(&a, &b, sizeof(a)) != 0,
                          "neighbours that could be one");
        }
    }
    for (unsigned i = 0; i < BACKINGS; i++) {
        suite_check(files[i].references == references[i]);
    }
}

static void check_pages(void)
{
    for (unsigned i = 0; i < PAGES; i++) {
        const struct area *area = vm_find(&vm, address(i));

        suite_check((area != NULL) == model[i].mapped);
        if (area != NULL) {
            struct model_page page = model_of(area, address(i));

            suite_check(page.prot == model[i].prot);
            suite_check(page.heap == model[i].heap);
            suite_check(page.backing == model[i].backing);
            suite_check(page.offset == model[i].offset);
            suite_check(page.file_end == model[i].file_end);
        }
    }
}

/* -- the same operations on both -- */

static struct area random_area(uint64_t *seed, unsigned first, unsigned last)
{
    struct area area = {
        .start = address(first),
        .end = address(last),
        .prot = suite_random(seed) % 2 ? VM_READ : VM_READ | VM_WRITE,
        .heap = suite_random(seed) % 4 == 0,
    };

    if (suite_random(seed) % 2) {
        /* Offsets by place, so that neighbours often continue each other. */
        area.backing = &files[suite_random(seed) % BACKINGS].backing;
        area.offset = first * PAGE_SIZE;
        area.file_end = (PAGES - first) * PAGE_SIZE / 2;
    }
    return area;
}

static bool model_free(unsigned first, unsigned last)
{
    for (unsigned i = first; i < last; i++) {
        if (model[i].mapped) {
            return false;
        }
    }
    return true;
}

static bool model_covers(unsigned first, unsigned last)
{
    for (unsigned i = first; i < last; i++) {
        if (!model[i].mapped) {
            return false;
        }
    }
    return true;
}

static void insert(uint64_t *seed, unsigned first, unsigned last)
{
    struct area area = random_area(seed, first, last);

    suite_check(areas_insert(&vm, &area) == 0);
    for (unsigned i = first; i < last; i++) {
        model[i] = model_of(&area, address(i));
    }
}

static void remove_range(unsigned first, unsigned last)
{
    suite_check(areas_remove(&vm, address(first), address(last)) == 0);
    memset(&model[first], 0, (last - first) * sizeof(model[0]));
}

static void protect(unsigned first, unsigned last, uint8_t prot)
{
    suite_check(areas_protect(&vm, address(first), address(last), prot) == 0);
    for (unsigned i = first; i < last; i++) {
        model[i].prot = prot;
    }
}

START_TEST(agrees_with_a_model_of_pages)
{
    uint64_t seed = 1;

    reset();
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned first = suite_random(&seed) % PAGES;
        unsigned most = PAGES - first < 12 ? PAGES - first : 12;
        unsigned last = first + 1 + suite_random(&seed) % most;
        bool is_free = areas_free(&vm, address(first), address(last));

        suite_check(is_free == model_free(first, last));
        suite_check(areas_cover(&vm, address(first), address(last)) ==
                    model_covers(first, last));
        if (is_free) {
            insert(&seed, first, last);
        } else if (suite_random(&seed) % 2) {
            remove_range(first, last);
        } else {
            protect(first, last, (uint8_t)(suite_random(&seed) % 4));
            for (unsigned i = first; i < last; i++) {
                model[i].prot *= model[i].mapped;
            }
        }
        check_array();
        check_pages();
    }
    remove_range(0, PAGES);
    suite_check(vm.area_count == 0);
    check_array();
}
END_TEST

static void map_pages(unsigned first, unsigned count, uint8_t prot)
{
    struct area area = { address(first), address(first + count), prot,
                         false, false, 0, 0, NULL };

    suite_check(areas_insert(&vm, &area) == 0);
}

START_TEST(a_full_array_refuses_and_stays_as_it_is)
{
    struct vm before;

    reset();
    for (unsigned i = 0; i < VM_AREAS; i++) {
        map_pages(i * 4, 3, VM_READ);
    }
    before = vm;
    ck_assert_int_eq(areas_insert(&vm, &(struct area){
                         .start = address(1000), .end = address(1001) }),
                     -ENOMEM);
    ck_assert(!areas_can_remove(&vm, address(1), address(2)));
    ck_assert_int_eq(areas_remove(&vm, address(1), address(2)), -ENOMEM);
    ck_assert_int_eq(areas_protect(&vm, address(1), address(3), VM_WRITE),
                     -ENOMEM);
    ck_assert_mem_eq(&vm, &before, sizeof(vm));

    /* What needs no more room still works. */
    ck_assert_int_eq(areas_protect(&vm, address(0), address(3), VM_WRITE), 0);
    ck_assert_int_eq(areas_remove(&vm, address(1), address(5)), 0);
    ck_assert_uint_eq(vm.area_count, VM_AREAS);
    ck_assert_uint_eq(vm.areas[0].end, address(1));
    ck_assert_uint_eq(vm.areas[1].start, address(5));
}
END_TEST

START_TEST(finds_the_highest_hole)
{
    struct area top = { .start = USER_TOP - 4 * PAGE_SIZE,
                        .end = USER_TOP - PAGE_SIZE };
    struct area low = { .start = AREAS_BOTTOM + PAGE_SIZE,
                        .end = USER_TOP - 6 * PAGE_SIZE };

    reset();
    ck_assert_uint_eq(areas_hole(&vm, PAGE_SIZE), USER_TOP - PAGE_SIZE);
    ck_assert_uint_eq(areas_hole(&vm, USER_TOP - AREAS_BOTTOM), AREAS_BOTTOM);
    ck_assert_uint_eq(areas_hole(&vm, USER_TOP - AREAS_BOTTOM + PAGE_SIZE), 0);
    ck_assert_uint_eq(areas_hole(&vm, UINT64_MAX - PAGE_MASK), 0);

    ck_assert_int_eq(areas_insert(&vm, &top), 0);
    ck_assert_int_eq(areas_insert(&vm, &low), 0);
    ck_assert_uint_eq(areas_hole(&vm, PAGE_SIZE), USER_TOP - PAGE_SIZE);
    ck_assert_uint_eq(areas_hole(&vm, 2 * PAGE_SIZE),
                      USER_TOP - 6 * PAGE_SIZE);
    ck_assert_uint_eq(areas_hole(&vm, 3 * PAGE_SIZE), 0);
}
END_TEST

START_TEST(appends_what_is_an_area_of_its_own)
{
    struct area area = { .start = WINDOW, .end = WINDOW + PAGE_SIZE,
                         .prot = VM_READ, .backing = &files[0].backing,
                         .file_end = 2 * PAGE_SIZE };
    struct area next;

    reset();
    ck_assert(areas_append(&vm, &area));
    ck_assert_uint_eq(files[0].references, 0);      /* the caller's is taken */
    next = areas_tail(&vm.areas[0], vm.areas[0].end);
    next.end = next.start + PAGE_SIZE;
    ck_assert(!areas_append(&vm, &next));
    ck_assert_uint_eq(vm.area_count, 1);
    next.prot = VM_READ | VM_WRITE;
    ck_assert(areas_append(&vm, &next));
    ck_assert_uint_eq(vm.area_count, 2);
    ck_assert_mem_eq(&vm.areas[0], &area, sizeof(area));
    ck_assert_mem_eq(&vm.areas[1], &next, sizeof(next));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        agrees_with_a_model_of_pages,
        a_full_array_refuses_and_stays_as_it_is,
        finds_the_highest_hole,
        appends_what_is_an_area_of_its_own,
    };

    return suite_run("areas", tests, SUITE_COUNT(tests));
}
