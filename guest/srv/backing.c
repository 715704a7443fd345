/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Backing files, see backing.h: files of the store that stand in no directory.
 */
#include "srv/backing.h"

#include <stddef.h>

#include "fs/file.h"
#include "hw/abi/message.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "srv/store.h"

#define OBJECTS     (MB_OBJECT_FILE0 + LAYER_FILES)

struct backing_files {
    struct store_file *file[OBJECTS];       /* NULL: no page of it is here */
};
_Static_assert(sizeof(struct backing_files) <= PAGE_SIZE, "a page");

static void (*on_ready)(void);

struct backing_files *backing_create(void)
{
    return page_alloc();
}

void backing_destroy(struct backing_files *files)
{
    if (files == NULL) {
        return;
    }
    for (uint32_t object = 0; object < OBJECTS; object++) {
        struct store_file *file = files->file[object];

        if (file != NULL) {
            blocks_cut(file, 0);
            page_tree_finish(&file->blocks);
            page_put(file);
        }
    }
    page_put(files);
}

int backing_write(struct backing_files *files, uint32_t object, uint64_t index,
                  void *page)
{
    if (object >= OBJECTS || index >= PAGE_TREE_END) {
        return -EINVAL;
    }
    if (files->file[object] == NULL) {
        files->file[object] = page_alloc();
    }
    return files->file[object] != NULL ?
           block_write(files->file[object], (uint32_t)index, page) : -ENOSPC;
}

static struct store_file *file_of(const struct backing_files *files,
                                  uint32_t object, uint64_t index)
{
    return object < OBJECTS && index < PAGE_TREE_END ? files->file[object] :
                                                       NULL;
}

enum backing_page backing_read(struct backing_files *files, uint32_t object,
                               uint64_t index, void **page)
{
    struct store_file *file = file_of(files, object, index);
    enum block_state state;

    if (file == NULL) {
        return BACKING_NONE;
    }
    state = block_read(file, (uint32_t)index, page);
    if (*page == NULL) {
        return BACKING_NONE;
    }
    return state == BLOCK_READY ? BACKING_READY : BACKING_COMING;
}

void backing_drop(struct backing_files *files, uint32_t object,
                  uint64_t index)
{
    struct store_file *file = file_of(files, object, index);

    if (file != NULL) {
        block_drop(file, (uint32_t)index);
    }
}

bool backing_next(const struct backing_files *files, uint32_t *object,
                  uint64_t *index)
{
    for (; *object < OBJECTS; (*object)++, *index = 0) {
        const struct store_file *file = files->file[*object];

        if (file != NULL &&
            page_tree_next(&file->blocks, index, PAGE_TREE_END) != NULL) {
            return true;
        }
    }
    return false;
}

void backing_on_ready(void (*ready)(void))
{
    on_ready = ready;
}

void backing_ready(void)
{
    if (on_ready != NULL) {
        on_ready();
    }
}
