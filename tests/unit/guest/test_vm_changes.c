/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An address space notes what becomes of pages that were sent ahead.
 */
#include "mm/changes.h"
#include "mm/page.h"
#include "suite.h"
#include "vm_model.h"

static struct mb_page_run written_runs[CHANGES_RUNS];
static struct mb_page_run removed_runs[CHANGES_RUNS];
static struct changes changes;

/* Pages 0 to 9, all modified, and copies of all are sent. */
static void begin_sent(void)
{
    model_begin();
    model_map(0, 10, false, VM_READ | VM_WRITE);
    for (unsigned i = 0; i < 10; i++) {
        model_write(i, i + 1);
    }
    changes = (struct changes){
        .written.runs = written_runs, .removed.runs = removed_runs,
    };
    vm->pages.changes = &changes;
    for (unsigned i = 0; i < 10; i++) {
        vm->pages.ops->mark_sent(&vm->pages, index_at(i));
    }
}

static void end_sent(void)
{
    vm->pages.changes = NULL;
    model_end();
}

static void check_run(const struct mb_page_run *run, unsigned page,
                      unsigned count)
{
    ck_assert_uint_eq(run->object, vm->pages.object);
    ck_assert_uint_eq(run->index, index_at(page));
    ck_assert_uint_eq(run->count, count);
}

/* Whether the page is to be sent; UINT32_MAX: it is not there. */
static uint32_t is_owed(unsigned page)
{
    bool modified;

    return vm->pages.ops->find(&vm->pages, index_at(page), &modified) == NULL
           ? UINT32_MAX : modified;
}

START_TEST(writes_to_sent_pages_are_noted_once)
{
    uint64_t index = 0, word;

    begin_sent();
    ck_assert_uint_eq(vm->pages.ops->next_run(&vm->pages, &index, UINT64_MAX),
                      0);
    ck_assert_int_eq(vm_user_read(vm, &word, page_at(3), sizeof(word)), 0);
    ck_assert_uint_eq(changes.written.count, 0);
    for (unsigned i = 0; i < 3; i++) {
        model_write(3, 100 + i);
        model_write(4, 100 + i);
    }
    ck_assert_uint_eq(changes.page_count, 2);
    ck_assert_uint_eq(changes.written.count, 1);
    check_run(&written_runs[0], 3, 2);
    ck_assert_uint_eq(vm->pages.ops->next_run(&vm->pages, &index, UINT64_MAX),
                      2);
    ck_assert_uint_eq(index, index_at(3));
    ck_assert_uint_eq(is_owed(5), 0);
    end_sent();
}
END_TEST

START_TEST(rights_come_and_go_around_a_sent_page)
{
    begin_sent();
    model_protect(2, 5, VM_READ);
    model_protect(2, 5, VM_READ | VM_WRITE);
    ck_assert_uint_eq(changes.written.count, 0);
    model_write(3, 7);
    ck_assert_uint_eq(changes.written.count, 1);
    check_run(&written_runs[0], 3, 1);
    end_sent();
}
END_TEST

START_TEST(pages_that_go_are_noted)
{
    begin_sent();
    model_unmap(1, 3);
    model_discard(5, 6);
    model_write(5, 8);
    ck_assert_uint_eq(changes.removed.count, 2);
    check_run(&removed_runs[0], 1, 2);
    check_run(&removed_runs[1], 5, 1);
    ck_assert_uint_eq(changes.written.count, 1);
    check_run(&written_runs[0], 5, 1);
    end_sent();
}
END_TEST

START_TEST(pages_that_move_are_sent_again)
{
    int64_t where;

    begin_sent();
    where = vm_remap(vm, page_at(4), 2 * PAGE_SIZE, 64 * PAGE_SIZE, true);
    ck_assert_int_gt(where, 0);
    ck_assert_uint_eq(changes.removed.count, 1);
    check_run(&removed_runs[0], 4, 2);
    ck_assert_uint_eq(changes.written.count, 1);
    ck_assert_uint_eq(written_runs[0].index, (uint64_t)where >> PAGE_SHIFT);
    ck_assert_uint_eq(written_runs[0].count, 2);
    vm->pages.changes = NULL;
}
END_TEST

START_TEST(forgotten_copies_are_owed_again)
{
    begin_sent();
    vm->pages.ops->forget_sent(&vm->pages, index_at(2), 3);
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_uint_eq(is_owed(i), i >= 2 && i < 5);
    }
    vm->pages.ops->forget_sent(&vm->pages, 0, CHANGES_WHOLE);
    ck_assert_uint_eq(is_owed(9), 1);
    model_write(9, 1);
    end_sent();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        writes_to_sent_pages_are_noted_once,
        rights_come_and_go_around_a_sent_page,
        pages_that_go_are_noted,
        pages_that_move_are_sent_again,
        forgotten_copies_are_owed_again,
    };

    return suite_run("vm_changes", tests, SUITE_COUNT(tests));
}
