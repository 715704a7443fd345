/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls on address spaces: what a random sequence does not come across.
 */
#include <string.h>

#include "lib/errno.h"
#include "mm/page.h"
#include "mm/table.h"
#include "suite.h"
#include "vm_model.h"

START_TEST(while_the_map_is_awaited_nothing_is_taken_away)
{
    struct area like = { .prot = VM_READ | VM_WRITE };
    void *page;

    model_begin();
    vm->brk_start = vm->brk = MODEL_WINDOW + (1u << 24);
    vm_set_brk(vm, vm->brk_start + 3 * PAGE_SIZE);
    model_map(0, 8, false, VM_READ | VM_WRITE);
    vm->pages.map_awaited = true;

    ck_assert_int_eq(vm_fault(vm, page_at(1) + 5, VM_READ), VM_REMOTE);
    ck_assert_uint_eq(vm_remote_address(vm), page_at(1));
    ck_assert_int_eq(vm_unmap(vm, page_at(1), PAGE_SIZE), VM_REMOTE);
    ck_assert_int_eq(vm_discard(vm, page_at(1), PAGE_SIZE), VM_REMOTE);
    ck_assert_int_eq(vm_map(vm, page_at(1), PAGE_SIZE, &like), VM_REMOTE);
    ck_assert_int_eq(vm_remap(vm, page_at(0), 8 * PAGE_SIZE, 4 * PAGE_SIZE,
                              true), VM_REMOTE);
    ck_assert_uint_eq(vm_set_brk(vm, vm->brk_start), VM_REMOTE);
    ck_assert_uint_eq(vm->brk, vm->brk_start + 3 * PAGE_SIZE);
    /* Nothing is taken away by these. */
    ck_assert_int_eq(vm_unmap(vm, page_at(20), PAGE_SIZE), 0);
    ck_assert_int_gt(vm_map(vm, 0, PAGE_SIZE, &like), VM_REMOTE);
    ck_assert_uint_eq(vm_set_brk(vm, vm->brk + PAGE_SIZE),
                      vm->brk_start + 4 * PAGE_SIZE);

    page = page_alloc();
    ck_assert_int_eq(vm->pages.ops->install(&vm->pages, index_at(1), page,
                                            true), 0);
    ck_assert_int_eq(vm_fault(vm, page_at(1), VM_READ), 0);
    vm->pages.map_awaited = false;
    ck_assert_int_eq(vm_fault(vm, page_at(2), VM_READ), 0);
    ck_assert_int_eq(vm_unmap(vm, page_at(1), PAGE_SIZE), 0);
    model_end();
}
END_TEST

START_TEST(a_late_page_does_not_come_back)
{
    model_begin();
    model_map(0, 8, false, VM_READ | VM_WRITE);
    model_mark(0, 8, 1000);
    model_unmap(0, 2);
    model_map(1, 3, false, VM_READ | VM_WRITE);
    model_discard(4, 5);
    for (unsigned i = 0; i < 8; i++) {
        model_install(i, true);
    }
    model_read(1);
    model_read(4);
    model_read(7);
    model_check();
    model_end();
}
END_TEST

START_TEST(remap_moves_contents)
{
    uint64_t word;
    int64_t moved;

    model_begin();
    model_map(0, 4, true, VM_READ | VM_WRITE);
    model_map(4, 5, false, VM_READ);               /* in the way of growing */
    model_write(1, 77);
    moved = vm_remap(vm, page_at(0), 4 * PAGE_SIZE, 6 * PAGE_SIZE, false);
    ck_assert_int_eq(moved, -ENOMEM);
    moved = vm_remap(vm, page_at(0), 4 * PAGE_SIZE, 6 * PAGE_SIZE, true);
    ck_assert_int_gt(moved, VM_REMOTE);
    ck_assert_int_eq(vm_user_read(vm, &word, (uint64_t)moved + PAGE_SIZE +
                                                 MODEL_WORD_AT, 8), 0);
    ck_assert_uint_eq(word, 77);
    ck_assert_int_eq(vm_user_read(vm, &word, (uint64_t)moved + 5 * PAGE_SIZE +
                                                 MODEL_WORD_AT, 8), 0);
    ck_assert_uint_eq(word, 5 * PAGE_SIZE + MODEL_WORD_AT + 1);
    ck_assert_ptr_null(vm_find(vm, page_at(0)));
    model_end();
}
END_TEST

START_TEST(remap_grows_and_shrinks_in_place)
{
    model_begin();
    model_map(0, 4, false, VM_READ | VM_WRITE);
    ck_assert_int_eq(vm_remap(vm, page_at(0), 4 * PAGE_SIZE, 6 * PAGE_SIZE,
                              true), (int64_t)page_at(0));
    ck_assert_uint_eq(vm->area_count, 1);
    ck_assert_uint_eq(vm->areas[0].end, page_at(6));
    ck_assert_int_eq(vm_remap(vm, page_at(0), 6 * PAGE_SIZE, 1, true),
                     (int64_t)page_at(0));
    ck_assert_uint_eq(vm->areas[0].end, page_at(1));
    ck_assert_int_eq(vm_remap(vm, page_at(0), 2 * PAGE_SIZE, PAGE_SIZE, true),
                     -EFAULT);
    ck_assert_int_eq(vm_remap(vm, page_at(0), PAGE_SIZE, 0, true), -EINVAL);
    model_end();
}
END_TEST

START_TEST(remap_waits_for_remote_pages)
{
    model_begin();
    model_map(0, 4, false, VM_READ | VM_WRITE);
    model_map(4, 5, false, VM_READ);
    model_mark(2, 3, 5);
    ck_assert_int_eq(vm_remap(vm, page_at(0), 4 * PAGE_SIZE, 8 * PAGE_SIZE,
                              true), VM_REMOTE);
    ck_assert_uint_eq(vm_remote_address(vm), page_at(2));
    model_install(2, true);
    ck_assert_int_gt(vm_remap(vm, page_at(0), 4 * PAGE_SIZE, 8 * PAGE_SIZE,
                              true), VM_REMOTE);
    model_end();
}
END_TEST

/* Whoever makes the access. */
START_TEST(what_is_used_is_known)
{
    const struct pages_ops *ops;
    uint64_t word;

    model_begin();
    ops = vm->pages.ops;
    model_map(0, 6, false, VM_READ | VM_WRITE);
    for (unsigned i = 0; i < 6; i++) {
        model_write(i, i);
    }
    ck_assert_uint_eq(vm_unused_count(vm), 0);
    for (unsigned i = 0; i < 5; i++) {
        ops->mark_unused(&vm->pages, index_at(i));
    }
    ops->mark_unused(&vm->pages, index_at(7));     /* nothing is there */
    ck_assert_uint_eq(vm_unused_count(vm), 5);
    ck_assert_int_eq(vm_user_read(vm, &word, page_at(0), 8), 0);
    ck_assert_uint_eq(vm_unused_count(vm), 4);
    ck_assert_int_eq(vm_fault(vm, page_at(1), VM_READ), 0);
    ck_assert_uint_eq(vm_unused_count(vm), 3);
    ck_assert_int_eq(vm_fault(vm, page_at(2), VM_WRITE), 0);
    ck_assert_uint_eq(vm_unused_count(vm), 2);
    /* Neither is a use. */
    model_protect(3, 4, VM_READ);
    ck_assert_uint_eq(vm_unused_count(vm), 2);
    model_unmap(3, 5);
    ck_assert_uint_eq(vm_unused_count(vm), 2);
    model_end();
}
END_TEST

START_TEST(the_break_moves)
{
    uint64_t start = MODEL_WINDOW + 0x123000;
    uint64_t word = 5;

    model_begin();
    vm->brk_start = vm->brk = start;
    ck_assert_uint_eq(vm_set_brk(vm, 0), start);
    ck_assert_uint_eq(vm_set_brk(vm, start + 100), start + 100);
    ck_assert_uint_eq(vm_set_brk(vm, start + 3 * PAGE_SIZE),
                      start + 3 * PAGE_SIZE);
    ck_assert_uint_eq(vm->area_count, 1);
    ck_assert(vm->areas[0].heap);
    ck_assert_int_eq(vm_user_write(vm, start + 2 * PAGE_SIZE, &word, 8), 0);
    ck_assert_uint_eq(vm_set_brk(vm, start + PAGE_SIZE), start + PAGE_SIZE);
    ck_assert_uint_eq(vm_set_brk(vm, start + 3 * PAGE_SIZE),
                      start + 3 * PAGE_SIZE);
    ck_assert_int_eq(vm_user_read(vm, &word, start + 2 * PAGE_SIZE, 8), 0);
    ck_assert_uint_eq(word, 0);
    ck_assert_uint_eq(vm_set_brk(vm, USER_TOP + 1), start + 3 * PAGE_SIZE);
    model_end();
}
END_TEST

START_TEST(ranges_that_lie_are_refused)
{
    struct area like = { .prot = VM_READ };
    char string[8];

    model_begin();
    ck_assert_int_eq(vm_map(vm, page_at(0) + 1, PAGE_SIZE, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, page_at(0), 0, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, 0, 0, &like), -ENOMEM);
    ck_assert_int_eq(vm_map(vm, PAGE_SIZE, PAGE_SIZE, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, USER_TOP, PAGE_SIZE, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, page_at(0), UINT64_MAX, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, 0, UINT64_MAX - 100, &like), -ENOMEM);
    ck_assert_int_eq(vm_unmap(vm, UINT64_MAX - PAGE_MASK, PAGE_SIZE), -EINVAL);
    ck_assert_int_eq(vm_protect(vm, page_at(0), 0, VM_READ), 0);
    ck_assert_int_eq(vm_user_check(vm, UINT64_MAX, 2, VM_READ), -EFAULT);
    ck_assert_int_eq(vm_user_check(vm, USER_TOP, 1, VM_READ), -EFAULT);
    ck_assert_int_eq(vm_user_check(vm, USER_TOP, 0, VM_READ), 0);
    ck_assert_int_eq(vm_user_string(vm, string, USER_TOP, 8), -EFAULT);
    ck_assert_int_eq(vm_user_string(vm, string, 1ul << 38, 8), -EFAULT);
    ck_assert_int_eq(vm_user_string(vm, string, UINT64_MAX, 8), -EFAULT);
    ck_assert_int_eq(vm->pages.ops->mark_remote(&vm->pages, UINT64_MAX, 1),
                     -EINVAL);
    ck_assert_int_eq(vm->pages.ops->mark_remote(&vm->pages,
                                                USER_TOP >> PAGE_SHIFT, 1),
                     -EINVAL);
    model_end();
}
END_TEST

START_TEST(strings_end_or_are_refused)
{
    char to[PAGE_SIZE * 2];
    char long_string[300];

    model_begin();
    model_map(0, 2, false, VM_READ | VM_WRITE);
    memset(long_string, 'x', sizeof(long_string) - 1);
    long_string[299] = '\0';
    /* Over the border of two pages. */
    ck_assert_int_eq(vm_user_write(vm, page_at(1) - 100, long_string, 300), 0);
    ck_assert_int_eq(vm_user_string(vm, to, page_at(1) - 100, sizeof(to)), 299);
    ck_assert_str_eq(to, long_string);
    ck_assert_int_eq(vm_user_string(vm, to, page_at(1) - 100, 299),
                     -ENAMETOOLONG);
    ck_assert_int_eq(vm_user_string(vm, to, page_at(1) - 100, 300), 299);
    /* Up to the end of what is mapped, without an end of its own. */
    ck_assert_int_eq(vm_user_write(vm, page_at(2) - 300, long_string, 299), 0);
    ck_assert_int_eq(vm_user_write(vm, page_at(2) - 1, "y", 1), 0);
    ck_assert_int_eq(vm_user_string(vm, to, page_at(2) - 300, sizeof(to)),
                     -EFAULT);
    model_map(2, 3, false, VM_READ | VM_WRITE);
    model_mark(2, 3, 0);
    ck_assert_int_eq(vm_user_string(vm, to, page_at(2) - 300, sizeof(to)),
                     -EAGAIN);
    model_end();
}
END_TEST

START_TEST(memory_that_runs_out_is_an_answer)
{
    struct area like = { .prot = VM_READ | VM_WRITE };
    uint64_t at = MODEL_WINDOW;
    int answer;

    model_begin();
    ck_assert_int_gt(vm_map(vm, MODEL_WINDOW, 2 * MODEL_RAM_PAGES * PAGE_SIZE,
                            &like), 0);
    while ((answer = vm_fault(vm, at, VM_WRITE)) == 0) {
        at += PAGE_SIZE;
    }
    ck_assert_int_eq(answer, -ENOMEM);
    ck_assert_uint_gt(at, MODEL_WINDOW + MODEL_RAM_PAGES / 2 * PAGE_SIZE);
    ck_assert_ptr_null(vm_create());
    model_end();
}
END_TEST

/* The program has no access to what is watched, the kernel has. */
START_TEST(watched_pages_are_the_kernels)
{
    uint64_t word = 7;
    void *page;
    bool late;

    model_begin();
    page = page_alloc();
    model_map(0, 2, false, VM_READ | VM_EXEC);
    model_map(4, 12, false, VM_READ | VM_WRITE);
    model_map(20, 24, false, VM_READ | VM_WRITE | VM_EXEC);
    ck_assert_int_eq(vm_fault(vm, page_at(0), VM_READ), 0);
    ck_assert_int_eq(vm_fault(vm, page_at(4), VM_WRITE), 0);
    ck_assert_int_eq(vm_fault(vm, page_at(21), VM_WRITE), 0);
    ck_assert_ptr_null(vm_watched_page(vm, page_at(4), &late));
    vm_watch(vm, page_at(0) + 2, page_at(22) + 8);
    ck_assert_ptr_null(vm_watched_page(vm, page_at(0), &late));
    ck_assert_ptr_null(vm_watched_page(vm, page_at(21), &late));
    ck_assert_ptr_null(vm_watched_page(vm, page_at(5), &late));
    ck_assert_ptr_nonnull(vm_watched_page(vm, page_at(4), &late));
    ck_assert(!late);
    /* made while it is watched */
    ck_assert_int_eq(vm_fault(vm, page_at(5), VM_WRITE), 0);
    ck_assert_int_eq(vm_user_write(vm, page_at(5) + 8, &word, 8), 0);
    ck_assert_ptr_nonnull(vm_watched_page(vm, page_at(5), &late));
    ck_assert(!late);
    /* from another node, and written to */
    vm->pages.map_awaited = true;
    ck_assert_int_eq(vm->pages.ops->install(&vm->pages, index_at(6), page,
                                            true), 0);
    vm->pages.map_awaited = false;
    ck_assert_int_eq(vm_fault(vm, page_at(6), VM_WRITE), 0);
    ck_assert_ptr_eq(vm_watched_page(vm, page_at(6), &late), page);
    ck_assert(late);
    vm_unwatch(vm);
    for (unsigned i = 4; i < 7; i++) {
        ck_assert_ptr_null(vm_watched_page(vm, page_at(i), &late));
        ck_assert(*table_find(vm->root, page_at(i)) & PTE_U);
    }
    ck_assert(!(*table_find(vm->root, page_at(6)) & PTE_REMOTE));
    ck_assert_ptr_null(vm_watched_page(vm, UINT64_MAX, &late));
    model_end();
}
END_TEST

/* A root is complete, however much of it was made beforehand. */
START_TEST(what_is_prepared_is_what_is_created)
{
    static const pte_t none[SV39_KERNEL_ENTRY];

    model_begin();
    for (unsigned i = SV39_KERNEL_ENTRY; i < SV39_ENTRIES; i++) {
        kernel_root[i] = i;
    }
    for (unsigned steps = 0; steps < 600; steps += 7) {
        struct vm *other;

        for (unsigned i = 0; i < steps; i++) {
            (void)vm_prepare();
        }
        other = vm_create();
        ck_assert_mem_eq(other->root, none, sizeof(none));
        ck_assert_mem_eq(other->root + SV39_KERNEL_ENTRY,
                         kernel_root + SV39_KERNEL_ENTRY, sizeof(none));
        vm_destroy(other);
    }
    while (vm_prepare()) {
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        while_the_map_is_awaited_nothing_is_taken_away,
        a_late_page_does_not_come_back,
        remap_moves_contents,
        remap_grows_and_shrinks_in_place,
        remap_waits_for_remote_pages,
        what_is_used_is_known,
        the_break_moves,
        ranges_that_lie_are_refused,
        strings_end_or_are_refused,
        memory_that_runs_out_is_an_answer,
        watched_pages_are_the_kernels,
        what_is_prepared_is_what_is_created,
    };

    return suite_run("vm", tests, SUITE_COUNT(tests));
}
