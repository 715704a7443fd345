/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The private writable layer, see layer.h: slots, lookup and listing. Changes
 * of names are in layer_change.c, the image in layer_image.c.
 */
#include "fs/layer.h"

#include "fs/layer_internal.h"
#include "fs/ramdisk.h"
#include "hw/abi/message.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"

/* Above all inode numbers of the RAM disk. */
#define FIRST_INO   0x100000u

_Static_assert(sizeof(struct layer) <= PAGE_SIZE, "one page");
_Static_assert(sizeof(struct layer_file) <= PAGE_SIZE, "one page");
_Static_assert(LAYER_FILES + MB_OBJECT_FILE0 <= 4096, "WAIT_PAGE keys");

struct layer *layer_create(void)
{
    struct layer *layer = page_alloc_ready();

    if (layer != NULL) {
        layer->next_ino = FIRST_INO;
    }
    return layer;
}

void layer_destroy(struct layer *layer)
{
    if (layer == NULL) {
        return;
    }
    for (uint32_t i = 0; i < layer->top; i++) {
        if (layer->slot[i] != NULL) {
            content_finish(&layer->slot[i]->content);
            page_put(layer->slot[i]);
        }
    }
    page_put(layer);
}

struct layer_file *layer_slot(const struct layer *layer, uint32_t slot)
{
    return slot < LAYER_FILES ? layer->slot[slot] : NULL;
}

/* -- slots -- */

static void free_slot(struct layer *layer, struct layer_file *file)
{
    uint32_t slot = file->slot;

    content_finish(&file->content);
    page_put(file);
    layer->slot[slot] = NULL;
    while (layer->top > 0 && layer->slot[layer->top - 1] == NULL) {
        layer->top--;
    }
}

void layer_dispose(struct layer *layer, struct layer_file *file)
{
    if (file->named || file->opens > 0) {
        return;
    }
    if (content_awaits(&file->content)) {
        content_abandon(&file->content);
    } else {
        free_slot(layer, file);
    }
}

void layer_reap(struct layer *layer)
{
    for (uint32_t i = layer->top; i > 0; i--) {
        if (layer->slot[i - 1] != NULL) {
            layer_dispose(layer, layer->slot[i - 1]);
        }
    }
}

struct layer_file *layer_place(struct layer *layer, uint32_t slot)
{
    struct layer_file *file = page_alloc_ready();

    if (file == NULL) {
        return NULL;
    }
    content_init(&file->content, MB_OBJECT_FILE0 + slot);
    file->slot = slot;
    file->lower = CPIO_NONE;
    layer->slot[slot] = file;
    if (layer->top <= slot) {
        layer->top = slot + 1;
    }
    return file;
}

struct layer_file *layer_take_slot(struct layer *layer)
{
    layer_reap(layer);
    for (uint32_t i = 0; i < LAYER_FILES; i++) {
        if (layer->slot[i] == NULL) {
            return layer_place(layer, i);
        }
    }
    return NULL;
}

void layer_set_path(struct layer_file *file, const char *path)
{
    uint32_t bytes = (uint32_t)strlen(path);

    memmove(file->path, path, bytes + 1);
    file->hash = pathname_hash(path, bytes);
    file->named = true;
}

void layer_open(struct layer *layer, uint32_t slot)
{
    layer->slot[slot]->opens++;
}

void layer_close(struct layer *layer, uint32_t slot)
{
    layer->slot[slot]->opens--;
    layer_dispose(layer, layer->slot[slot]);
}

/* -- lookup -- */

static struct layer_file *find_bytes(const struct layer *layer,
                                     const char *path, uint32_t bytes)
{
    uint32_t hash = pathname_hash(path, bytes);

    for (uint32_t i = 0; i < layer->top; i++) {
        struct layer_file *file = layer->slot[i];

        if (file != NULL && file->named && file->hash == hash &&
            memcmp(file->path, path, bytes) == 0 &&
            file->path[bytes] == '\0') {
            return file;
        }
    }
    return NULL;
}

struct layer_file *layer_find(const struct layer *layer, const char *path)
{
    return find_bytes(layer, path, (uint32_t)strlen(path));
}

uint32_t layer_visible_lower(const struct layer *layer, const char *path)
{
    for (uint32_t i = 0; i < layer->top; i++) {
        const struct layer_file *file = layer->slot[i];

        if (file != NULL && file->named &&
            (file->kind != LAYER_DIRECTORY || file->opaque) &&
            pathname_is_below(path, file->path)) {
            return CPIO_NONE;
        }
    }
    return ramdisk_find(path);
}

struct node layer_lookup(const struct layer *layer, const char *path)
{
    const struct layer_file *file = layer_find(layer, path);
    struct node node = { .kind = NODE_NONE };

    if (file != NULL) {
        if (file->kind != LAYER_WHITEOUT) {
            node.kind = NODE_UPPER;
            node.index = file->slot;
        }
        return node;
    }
    node.index = layer_visible_lower(layer, path);
    if (node.index != CPIO_NONE) {
        node.kind = NODE_LOWER;
    }
    return node;
}

/* -- listing -- */

uint64_t layer_lower_ino(uint32_t lower)
{
    return lower + 1ull;
}

/* What the RAM disk shows of a directory: its first child from *cookie on. */
static bool next_lower_child(const struct layer *layer, const char *directory,
                             uint64_t *cookie, struct node_child *child)
{
    const struct layer_file *file = layer_find(layer, directory);
    uint32_t index = CPIO_NONE;

    if (file == NULL || (file->kind == LAYER_DIRECTORY && !file->opaque)) {
        index = layer_visible_lower(layer, directory);
    }
    if (index == CPIO_NONE) {
        return false;
    }
    index = ramdisk_entry(index)->child;
    while (index != CPIO_NONE) {
        const struct cpio_entry *entry = ramdisk_entry(index);

        if (index >= *cookie &&
            find_bytes(layer, entry->path, entry->path_bytes) == NULL) {
            child->name = pathname_last(entry->path, entry->path_bytes,
                                    &child->name_bytes);
            child->mode = entry->mode;
            child->ino = layer_lower_ino(index);
            *cookie = index + 1ull;
            return true;
        }
        index = entry->sibling;
    }
    return false;
}

bool layer_next_child(const struct layer *layer, const char *directory,
                      uint64_t *cookie, struct node_child *child)
{
    if (*cookie < CPIO_ENTRIES) {
        if (next_lower_child(layer, directory, cookie, child)) {
            return true;
        }
        *cookie = CPIO_ENTRIES;
    }
    for (uint64_t i = *cookie - CPIO_ENTRIES; i < layer->top; i++) {
        const struct layer_file *file = layer->slot[i];

        if (file != NULL && file->named && file->kind != LAYER_WHITEOUT &&
            pathname_is_child(file->path, directory)) {
            child->name = pathname_last(file->path, (uint32_t)strlen(file->path),
                                    &child->name_bytes);
            child->mode = file->mode;
            child->ino = file->ino;
            *cookie = CPIO_ENTRIES + i + 1;
            return true;
        }
    }
    return false;
}

bool layer_is_empty(const struct layer *layer, const char *directory)
{
    struct node_child child;
    uint64_t cookie = 0;

    return !layer_next_child(layer, directory, &cookie, &child);
}
