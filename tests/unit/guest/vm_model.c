/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An address space and its model, step by step.
 */
#include "vm_model.h"

#include <stdlib.h>
#include <string.h>

#include "arch/sv39.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "suite.h"

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

/* Once per process: the allocator has no way to give its memory back. */
static void start_memory(void)
{
    uint64_t start, free_start;

    if (ram != NULL) {
        return;
    }
    ram = aligned_alloc(PAGE_SIZE, MODEL_RAM_PAGES * PAGE_SIZE);
    start = (uint64_t)ram;
    free_start = page_init(start, start + MODEL_RAM_PAGES * PAGE_SIZE, start);
    page_add(free_start, start + MODEL_RAM_PAGES * PAGE_SIZE);
    free_pages = page_free_count();
    vm_set_backing_ops(&file_ops);
}

uint64_t page_at(unsigned page)
{
    return MODEL_WINDOW + page * PAGE_SIZE;
}

uint64_t index_at(unsigned page)
{
    return page_at(page) >> PAGE_SHIFT;
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
    uint64_t word;              /* read at MODEL_WORD_AT, here or there */
};

struct vm *vm;
static struct model_page model[MODEL_PAGES];

void model_begin(void)
{
    start_memory();
    vm = vm_create();
    memset(model, 0, sizeof(model));
}

void model_end(void)
{
    vm_destroy(vm);
    ck_assert_uint_eq(page_free_count(), free_pages);
    ck_assert_uint_eq(file_references, 0);
}

static uint64_t untouched(const struct model_page *page)
{
    uint64_t at = page->offset + MODEL_WORD_AT;

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

void model_write(unsigned page, uint64_t word)
{
    struct model_page *m = &model[page];
    int answer = vm_user_write(vm, page_at(page) + MODEL_WORD_AT, &word, 8);

    if (!m->mapped || !(m->prot & VM_WRITE)) {
        suite_check(answer == -EFAULT);
    } else if (m->remote) {
        suite_check(answer == VM_REMOTE);
        suite_check(vm_remote_address(vm) == page_at(page));
    } else {
        suite_check(answer == 0);
        touch(m);
        m->modified = true;
        m->word = word;
    }
}

void model_read(unsigned page)
{
    struct model_page *m = &model[page];
    uint64_t word = 0;
    int answer = vm_user_read(vm, &word, page_at(page) + MODEL_WORD_AT, 8);

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

void model_map(unsigned first, unsigned last, bool from_file, uint8_t prot)
{
    struct area like = { .prot = prot };

    if (from_file) {
        like.backing = &file;
        like.offset = first % 8 * PAGE_SIZE;
        like.file_end = FILE_BYTES - like.offset;
    }
    suite_check(vm_map(vm, page_at(first), (last - first) * PAGE_SIZE, &like)
                == (int64_t)page_at(first));
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

void model_unmap(unsigned first, unsigned last)
{
    suite_check(vm_unmap(vm, page_at(first), (last - first) * PAGE_SIZE) == 0);
    memset(&model[first], 0, (last - first) * sizeof(model[0]));
}

void model_protect(unsigned first, unsigned last, uint8_t prot)
{
    int answer = vm_protect(vm, page_at(first), (last - first) * PAGE_SIZE,
                            prot);

    suite_check(answer == (model_covers(first, last) ? 0 : -ENOMEM));
    for (unsigned i = first; answer == 0 && i < last; i++) {
        model[i].prot = prot & VM_WRITE ? prot | VM_READ : prot;
    }
}

void model_discard(unsigned first, unsigned last)
{
    int answer = vm_discard(vm, page_at(first), (last - first) * PAGE_SIZE);

    suite_check(answer == (model_covers(first, last) ? 0 : -ENOMEM));
    for (unsigned i = first; answer == 0 && i < last; i++) {
        forget(&model[i]);
    }
}

void model_mark(unsigned first, unsigned last, uint64_t word)
{
    suite_check(vm->pages.ops->mark_remote(&vm->pages, index_at(first),
                                           last - first) == 0);
    for (unsigned i = first; i < last; i++) {
        if (model[i].mapped && !model[i].present && !model[i].remote) {
            model[i].remote = true;
            model[i].word = word + i;
        }
    }
}

void model_install(unsigned page, bool modified)
{
    struct model_page *m = &model[page];
    uint8_t *contents = page_alloc();
    int answer;

    memcpy(contents + MODEL_WORD_AT, &m->word, 8);
    answer = vm->pages.ops->install(&vm->pages, index_at(page), contents,
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
    uint8_t *found = vm->pages.ops->find(&vm->pages, index_at(page), &modified);
    uint64_t word;

    suite_check((found != NULL) == m->present);
    suite_check(vm->pages.ops->is_remote(&vm->pages, index_at(page)) ==
                m->remote);
    if (found != NULL) {
        memcpy(&word, found + MODEL_WORD_AT, 8);
        suite_check(word == m->word);
        suite_check(modified == m->modified);
    }
}

static void check_contents(uint64_t first, uint32_t count)
{
    const struct pages_ops *ops = vm->pages.ops;
    void *page[MODEL_PAGES];
    bool modified;

    ops->contents(&vm->pages, first, count, page);
    for (uint32_t i = 0; i < count; i++) {
        suite_check(page[i] == ops->find(&vm->pages, first + i, &modified));
    }
}

/* The same pages downwards, and the modified ones as runs. */
static void check_walks(void)
{
    const struct pages_ops *ops = vm->pages.ops;
    uint64_t down = UINT64_MAX, up = 0, run = 0;
    uint32_t left = 0, neighbours = 0;
    bool modified;

    for (unsigned i = MODEL_PAGES; i > 0; i--) {
        if (model[i - 1].present) {
            suite_check(ops->previous(&vm->pages, &down, &modified) != NULL);
            suite_check(down == index_at(i - 1));
            suite_check(modified == model[i - 1].modified);
        }
    }
    suite_check(ops->previous(&vm->pages, &down, &modified) == NULL);
    for (unsigned i = 0; i < MODEL_PAGES; i++) {
        if (!model[i].present || !model[i].modified) {
            continue;
        }
        if (left == 0) {
            run = up;
            left = ops->next_run(&vm->pages, &run, UINT64_MAX);
            suite_check(left > 0);
            neighbours = run == up ? neighbours : 0;
        }
        suite_check(run == index_at(i));
        run++;
        left--;
        up = run;
        neighbours++;
        check_contents(run - neighbours, neighbours);
    }
    suite_check(left == 0);
    suite_check(ops->next_run(&vm->pages, &up, UINT64_MAX) == 0);
}

void model_check(void)
{
    uint64_t index = 0;
    unsigned present = 0;
    bool modified;

    for (unsigned i = 0; i < MODEL_PAGES; i++) {
        check_page(i);
        if (model[i].present) {
            suite_check(vm->pages.ops->next(&vm->pages, &index, &modified) !=
                        NULL);
            suite_check(index == index_at(i));
            index++;
            present++;
        }
    }
    ck_assert_ptr_null(vm->pages.ops->next(&vm->pages, &index, &modified));
    suite_check(vm->page_count == present);
    suite_check(vm->pages.ops->count(&vm->pages) == present);
    check_walks();
}
