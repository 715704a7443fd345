/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of mm/ together, against a model that knows each page by itself: which
 * contents it must have, whether it is present, modified, or remote.
 */
#include "mm/vm.h"

#include <stdlib.h>
#include <string.h>

#include "arch/sv39.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "suite.h"

#define RAM_PAGES   1024u
#define WINDOW      0x40000000ul
#define PAGES       48u
#define STEPS       200000
#define WORD_AT     16u         /* the word of a page that stands for it */
#define FILE_BYTES  (10 * PAGE_SIZE + 20)

pte_t kernel_root[SV39_ENTRIES];

/* -- a file: the word at offset o is o + 1 -- */

static unsigned file_references;

static int file_read(struct backing *backing, uint64_t offset, void *page,
                     size_t bytes)
{
    (void)backing;
    suite_check(bytes <= PAGE_SIZE);
    memset(page, 0, bytes);
    for (size_t at = 0; at + 8 <= bytes; at += 8) {
        uint64_t word = offset + at + 1;

        memcpy((uint8_t *)page + at, &word, 8);
    }
    return 0;
}

static void file_get(struct backing *backing)
{
    (void)backing;
    file_references++;
}

static void file_put(struct backing *backing)
{
    (void)backing;
    suite_check(file_references > 0);
    file_references--;
}

static const char *file_name(struct backing *backing)
{
    (void)backing;
    return "/file";
}

static struct backing *file_open(const char *name);

static const struct backing_ops file_ops = {
    file_read, file_get, file_put, file_name, file_open,
};
static struct backing file = { &file_ops };

static struct backing *file_open(const char *name)
{
    if (strcmp(name, "/file") != 0) {
        return NULL;
    }
    file_references++;
    return &file;
}

/* -- pretended RAM -- */

static void *ram;
static uint64_t free_pages;

static void start_memory(void)
{
    uint64_t start, free_start;

    ram = aligned_alloc(PAGE_SIZE, RAM_PAGES * PAGE_SIZE);
    start = (uint64_t)ram;
    free_start = page_init(start, start + RAM_PAGES * PAGE_SIZE, start);
    page_add(free_start, start + RAM_PAGES * PAGE_SIZE);
    free_pages = page_free_count();
    vm_set_backing_ops(&file_ops);
}

static void end_memory(void)
{
    ck_assert_uint_eq(page_free_count(), free_pages);
    ck_assert_uint_eq(file_references, 0);
    free(ram);
}

static uint64_t address(unsigned page)
{
    return WINDOW + page * PAGE_SIZE;
}

static uint64_t index_of(unsigned page)
{
    return address(page) >> PAGE_SHIFT;
}

/* -- the model -- */

struct model_page {
    bool mapped;
    bool from_file;
    bool present;
    bool remote;
    bool modified;
    uint8_t prot;
    uint64_t offset;            /* of the page in the file */
    uint64_t word;              /* what is read at WORD_AT, here or there */
};

static struct vm *vm;
static struct model_page model[PAGES];

static uint64_t untouched(const struct model_page *page)
{
    uint64_t at = page->offset + WORD_AT;

    return page->from_file && at + 8 <= FILE_BYTES ? at + 1 : 0;
}

static void forget(struct model_page *page)
{
    page->present = false;
    page->remote = false;
    page->modified = false;
    page->word = untouched(page);
}

static void touch(struct model_page *page)
{
    page->modified |= !page->present && !page->from_file;
    page->present = true;
}

static void do_write(unsigned page, uint64_t word)
{
    struct model_page *m = &model[page];
    int answer = vm_user_write(vm, address(page) + WORD_AT, &word, 8);

    if (!m->mapped || !(m->prot & VM_WRITE)) {
        suite_check(answer == -EFAULT);
    } else if (m->remote) {
        suite_check(answer == VM_REMOTE);
        suite_check(vm_remote_address(vm) == address(page));
    } else {
        suite_check(answer == 0);
        touch(m);
        m->modified = true;
        m->word = word;
    }
}

static void do_read(unsigned page)
{
    struct model_page *m = &model[page];
    uint64_t word = 0;
    int answer = vm_user_read(vm, &word, address(page) + WORD_AT, 8);

    if (!m->mapped || !(m->prot & VM_READ)) {
        suite_check(answer == -EFAULT);
    } else if (m->remote) {
        suite_check(answer == VM_REMOTE);
    } else {
        suite_check(answer == 0);
        touch(m);
        suite_check(word == m->word);
    }
}

static void do_map(unsigned first, unsigned last, bool from_file, uint8_t prot)
{
    struct area like = { .prot = prot };

    if (from_file) {
        like.backing = &file;
        like.offset = first % 8 * PAGE_SIZE;
        like.file_end = FILE_BYTES - like.offset;
    }
    suite_check(vm_map(vm, address(first), (last - first) * PAGE_SIZE, &like)
                == (int64_t)address(first));
    for (unsigned i = first; i < last; i++) {
        model[i] = (struct model_page){
            .mapped = true, .from_file = from_file,
            .prot = prot & VM_WRITE ? prot | VM_READ : prot,
            .offset = like.offset + (i - first) * PAGE_SIZE,
        };
        model[i].word = untouched(&model[i]);
    }
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

static void do_unmap(unsigned first, unsigned last)
{
    suite_check(vm_unmap(vm, address(first), (last - first) * PAGE_SIZE) == 0);
    memset(&model[first], 0, (last - first) * sizeof(model[0]));
}

static void do_protect(unsigned first, unsigned last, uint8_t prot)
{
    int answer = vm_protect(vm, address(first), (last - first) * PAGE_SIZE,
                            prot);

    suite_check(answer == (model_covers(first, last) ? 0 : -ENOMEM));
    for (unsigned i = first; answer == 0 && i < last; i++) {
        model[i].prot = prot & VM_WRITE ? prot | VM_READ : prot;
    }
}

static void do_discard(unsigned first, unsigned last)
{
    int answer = vm_discard(vm, address(first), (last - first) * PAGE_SIZE);

    suite_check(answer == (model_covers(first, last) ? 0 : -ENOMEM));
    for (unsigned i = first; answer == 0 && i < last; i++) {
        forget(&model[i]);
    }
}

static void do_mark(unsigned first, unsigned last, uint64_t word)
{
    suite_check(vm->pages.ops->mark_remote(&vm->pages, index_of(first),
                                           last - first) == 0);
    for (unsigned i = first; i < last; i++) {
        if (model[i].mapped && !model[i].present && !model[i].remote) {
            model[i].remote = true;
            model[i].word = word + i;
        }
    }
}

static void do_install(unsigned page, bool modified)
{
    struct model_page *m = &model[page];
    uint8_t *contents = page_alloc();
    int answer;

    memcpy(contents + WORD_AT, &m->word, 8);
    answer = vm->pages.ops->install(&vm->pages, index_of(page), contents,
                                    modified);
    if (answer != 0) {
        page_put(contents);
    }
    if (!m->mapped || (!m->present && !m->remote)) {
        suite_check(answer == -ENOENT);
    } else if (m->present) {
        suite_check(answer == -EEXIST);
    } else {
        suite_check(answer == 0);
        m->remote = false;
        m->present = true;
        m->modified = modified || !m->from_file;
    }
}

static void check_page(unsigned page)
{
    struct model_page *m = &model[page];
    bool modified = false;
    uint8_t *found = vm->pages.ops->find(&vm->pages, index_of(page), &modified);
    uint64_t word;

    suite_check((found != NULL) == m->present);
    suite_check(vm->pages.ops->is_remote(&vm->pages, index_of(page)) == m->remote);
    if (found != NULL) {
        memcpy(&word, found + WORD_AT, 8);
        suite_check(word == m->word);
        suite_check(modified == m->modified);
    }
}

static void check_all(void)
{
    uint64_t index = 0;
    unsigned present = 0;
    bool modified;

    for (unsigned i = 0; i < PAGES; i++) {
        check_page(i);
        if (model[i].present) {
            suite_check(vm->pages.ops->next(&vm->pages, &index, &modified) != NULL);
            suite_check(index == index_of(i));
            index++;
            present++;
        }
    }
    ck_assert_ptr_null(vm->pages.ops->next(&vm->pages, &index, &modified));
    suite_check(vm->page_count == present);
}

static void step(uint64_t *seed)
{
    unsigned first = suite_random(seed) % PAGES;
    unsigned most = PAGES - first < 8 ? PAGES - first : 8;
    unsigned last = first + 1 + suite_random(seed) % most;
    uint8_t prot = (uint8_t)(suite_random(seed) % 8);

    switch (suite_random(seed) % 16) {
    case 0:
        do_map(first, last, suite_random(seed) % 2, prot | VM_WRITE);
        break;
    case 1:
        do_unmap(first, last);
        break;
    case 2:
        do_protect(first, last, prot);
        break;
    case 3:
        do_discard(first, last);
        break;
    case 4:
    case 5:
        do_mark(first, last, suite_random(seed));
        break;
    case 6:
    case 7:
    case 8:
        do_install(first, suite_random(seed) % 2);
        break;
    case 9:
    case 10:
    case 11:
        do_read(first);
        break;
    default:
        do_write(first, suite_random(seed));
    }
}

START_TEST(agrees_with_a_model_of_pages)
{
    uint64_t seed = 1;

    start_memory();
    vm = vm_create();
    for (unsigned i = 0; i < STEPS; i++) {
        step(&seed);
        if (i % 16 == 0) {
            check_all();
        }
    }
    check_all();
    vm_destroy(vm);
    end_memory();
}
END_TEST

/* -- what the model leaves out -- */

static void begin(void)
{
    start_memory();
    vm = vm_create();
    memset(model, 0, sizeof(model));
}

static void end(void)
{
    vm_destroy(vm);
    end_memory();
}

START_TEST(while_the_map_is_awaited_nothing_is_taken_away)
{
    struct area like = { .prot = VM_READ | VM_WRITE };
    void *page;

    begin();
    vm->brk_start = vm->brk = WINDOW + (1u << 24);
    vm_set_brk(vm, vm->brk_start + 3 * PAGE_SIZE);
    do_map(0, 8, false, VM_READ | VM_WRITE);
    vm->pages.map_awaited = true;

    ck_assert_int_eq(vm_fault(vm, address(1) + 5, VM_READ), VM_REMOTE);
    ck_assert_uint_eq(vm_remote_address(vm), address(1));
    ck_assert_int_eq(vm_unmap(vm, address(1), PAGE_SIZE), VM_REMOTE);
    ck_assert_int_eq(vm_discard(vm, address(1), PAGE_SIZE), VM_REMOTE);
    ck_assert_int_eq(vm_map(vm, address(1), PAGE_SIZE, &like), VM_REMOTE);
    ck_assert_int_eq(vm_remap(vm, address(0), 8 * PAGE_SIZE, 4 * PAGE_SIZE,
                              true), VM_REMOTE);
    ck_assert_uint_eq(vm_set_brk(vm, vm->brk_start), VM_REMOTE);
    ck_assert_uint_eq(vm->brk, vm->brk_start + 3 * PAGE_SIZE);
    /* Nothing is taken away by these. */
    ck_assert_int_eq(vm_unmap(vm, address(20), PAGE_SIZE), 0);
    ck_assert_int_gt(vm_map(vm, 0, PAGE_SIZE, &like), VM_REMOTE);
    ck_assert_uint_eq(vm_set_brk(vm, vm->brk + PAGE_SIZE),
                      vm->brk_start + 4 * PAGE_SIZE);

    page = page_alloc();
    ck_assert_int_eq(vm->pages.ops->install(&vm->pages, index_of(1), page,
                                            true), 0);
    ck_assert_int_eq(vm_fault(vm, address(1), VM_READ), 0);
    vm->pages.map_awaited = false;
    ck_assert_int_eq(vm_fault(vm, address(2), VM_READ), 0);
    ck_assert_int_eq(vm_unmap(vm, address(1), PAGE_SIZE), 0);
    end();
}
END_TEST

START_TEST(a_late_page_does_not_come_back)
{
    begin();
    do_map(0, 8, false, VM_READ | VM_WRITE);
    do_mark(0, 8, 1000);
    do_unmap(0, 2);
    do_map(1, 3, false, VM_READ | VM_WRITE);
    do_discard(4, 5);
    for (unsigned i = 0; i < 8; i++) {
        do_install(i, true);
    }
    do_read(1);
    do_read(4);
    do_read(7);
    check_all();
    end();
}
END_TEST

START_TEST(remap_moves_contents)
{
    uint64_t word;
    int64_t moved;

    begin();
    do_map(0, 4, true, VM_READ | VM_WRITE);
    do_map(4, 5, false, VM_READ);               /* in the way of growing */
    do_write(1, 77);
    moved = vm_remap(vm, address(0), 4 * PAGE_SIZE, 6 * PAGE_SIZE, false);
    ck_assert_int_eq(moved, -ENOMEM);
    moved = vm_remap(vm, address(0), 4 * PAGE_SIZE, 6 * PAGE_SIZE, true);
    ck_assert_int_gt(moved, VM_REMOTE);
    ck_assert_int_eq(vm_user_read(vm, &word, (uint64_t)moved + PAGE_SIZE +
                                                 WORD_AT, 8), 0);
    ck_assert_uint_eq(word, 77);
    ck_assert_int_eq(vm_user_read(vm, &word, (uint64_t)moved + 5 * PAGE_SIZE +
                                                 WORD_AT, 8), 0);
    ck_assert_uint_eq(word, 5 * PAGE_SIZE + WORD_AT + 1);
    ck_assert_ptr_null(vm_find(vm, address(0)));
    end();
}
END_TEST

START_TEST(remap_grows_and_shrinks_in_place)
{
    begin();
    do_map(0, 4, false, VM_READ | VM_WRITE);
    ck_assert_int_eq(vm_remap(vm, address(0), 4 * PAGE_SIZE, 6 * PAGE_SIZE,
                              true), (int64_t)address(0));
    ck_assert_uint_eq(vm->area_count, 1);
    ck_assert_uint_eq(vm->areas[0].end, address(6));
    ck_assert_int_eq(vm_remap(vm, address(0), 6 * PAGE_SIZE, 1, true),
                     (int64_t)address(0));
    ck_assert_uint_eq(vm->areas[0].end, address(1));
    ck_assert_int_eq(vm_remap(vm, address(0), 2 * PAGE_SIZE, PAGE_SIZE, true),
                     -EFAULT);
    ck_assert_int_eq(vm_remap(vm, address(0), PAGE_SIZE, 0, true), -EINVAL);
    end();
}
END_TEST

START_TEST(remap_waits_for_remote_pages)
{
    begin();
    do_map(0, 4, false, VM_READ | VM_WRITE);
    do_map(4, 5, false, VM_READ);
    do_mark(2, 3, 5);
    ck_assert_int_eq(vm_remap(vm, address(0), 4 * PAGE_SIZE, 8 * PAGE_SIZE,
                              true), VM_REMOTE);
    ck_assert_uint_eq(vm_remote_address(vm), address(2));
    do_install(2, true);
    ck_assert_int_gt(vm_remap(vm, address(0), 4 * PAGE_SIZE, 8 * PAGE_SIZE,
                              true), VM_REMOTE);
    end();
}
END_TEST

START_TEST(the_break_moves)
{
    uint64_t start = WINDOW + 0x123000;
    uint64_t word = 5;

    begin();
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
    end();
}
END_TEST

START_TEST(ranges_that_lie_are_refused)
{
    struct area like = { .prot = VM_READ };

    begin();
    ck_assert_int_eq(vm_map(vm, address(0) + 1, PAGE_SIZE, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, address(0), 0, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, 0, 0, &like), -ENOMEM);
    ck_assert_int_eq(vm_map(vm, PAGE_SIZE, PAGE_SIZE, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, USER_TOP, PAGE_SIZE, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, address(0), UINT64_MAX, &like), -EINVAL);
    ck_assert_int_eq(vm_map(vm, 0, UINT64_MAX - 100, &like), -ENOMEM);
    ck_assert_int_eq(vm_unmap(vm, UINT64_MAX - PAGE_MASK, PAGE_SIZE), -EINVAL);
    ck_assert_int_eq(vm_protect(vm, address(0), 0, VM_READ), 0);
    ck_assert_int_eq(vm_user_check(vm, UINT64_MAX, 2, VM_READ), -EFAULT);
    ck_assert_int_eq(vm_user_check(vm, USER_TOP, 1, VM_READ), -EFAULT);
    ck_assert_int_eq(vm_user_check(vm, USER_TOP, 0, VM_READ), 0);
    ck_assert_int_eq(vm->pages.ops->mark_remote(&vm->pages, UINT64_MAX, 1),
                     -EINVAL);
    ck_assert_int_eq(vm->pages.ops->mark_remote(&vm->pages,
                                                USER_TOP >> PAGE_SHIFT, 1),
                     -EINVAL);
    end();
}
END_TEST

START_TEST(strings_end_or_are_refused)
{
    char to[PAGE_SIZE * 2];
    char long_string[300];

    begin();
    do_map(0, 2, false, VM_READ | VM_WRITE);
    memset(long_string, 'x', sizeof(long_string) - 1);
    long_string[299] = '\0';
    /* Over the border of two pages. */
    ck_assert_int_eq(vm_user_write(vm, address(1) - 100, long_string, 300), 0);
    ck_assert_int_eq(vm_user_string(vm, to, address(1) - 100, sizeof(to)), 299);
    ck_assert_str_eq(to, long_string);
    ck_assert_int_eq(vm_user_string(vm, to, address(1) - 100, 299),
                     -ENAMETOOLONG);
    ck_assert_int_eq(vm_user_string(vm, to, address(1) - 100, 300), 299);
    /* Up to the end of what is mapped, without an end of its own. */
    ck_assert_int_eq(vm_user_write(vm, address(2) - 300, long_string, 299), 0);
    ck_assert_int_eq(vm_user_write(vm, address(2) - 1, "y", 1), 0);
    ck_assert_int_eq(vm_user_string(vm, to, address(2) - 300, sizeof(to)),
                     -EFAULT);
    do_map(2, 3, false, VM_READ | VM_WRITE);
    do_mark(2, 3, 0);
    ck_assert_int_eq(vm_user_string(vm, to, address(2) - 300, sizeof(to)),
                     -EAGAIN);
    end();
}
END_TEST

START_TEST(memory_that_runs_out_is_an_answer)
{
    struct area like = { .prot = VM_READ | VM_WRITE };
    uint64_t at = WINDOW;
    int answer;

    begin();
    ck_assert_int_gt(vm_map(vm, WINDOW, 2 * RAM_PAGES * PAGE_SIZE, &like), 0);
    while ((answer = vm_fault(vm, at, VM_WRITE)) == 0) {
        at += PAGE_SIZE;
    }
    ck_assert_int_eq(answer, -ENOMEM);
    ck_assert_uint_gt(at, WINDOW + RAM_PAGES / 2 * PAGE_SIZE);
    ck_assert_ptr_null(vm_create());
    end();
}
END_TEST

/* -- images -- */

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
    vm->brk_start = vm->brk = WINDOW + (1u << 24);
    vm_set_brk(vm, vm->brk_start + 5000);
    do_map(0, 4, true, VM_READ | VM_EXEC);
    do_map(4, 6, false, VM_READ | VM_WRITE);
    do_map(10, 11, false, VM_READ);
}

START_TEST(an_image_describes_the_space)
{
    uint8_t buffer[1024];
    struct vm *other;
    struct codec c;
    size_t bytes;

    begin();
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
    end();
}
END_TEST

START_TEST(hostile_images_are_refused_or_sound)
{
    uint8_t buffer[1024];
    uint8_t mutated[1024];
    uint64_t seed = 1;
    size_t bytes;

    begin();
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
    end();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        agrees_with_a_model_of_pages,
        while_the_map_is_awaited_nothing_is_taken_away,
        a_late_page_does_not_come_back,
        remap_moves_contents,
        remap_grows_and_shrinks_in_place,
        remap_waits_for_remote_pages,
        the_break_moves,
        ranges_that_lie_are_refused,
        strings_end_or_are_refused,
        memory_that_runs_out_is_an_answer,
        an_image_describes_the_space,
        hostile_images_are_refused_or_sound,
    };

    return suite_run("vm", tests, SUITE_COUNT(tests));
}
