/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's files and their names, see store.h.
 */
#include "srv/store.h"

#include "fs/ramdisk.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"
#include "srv/server.h"

_Static_assert(sizeof(struct store_file) <= PAGE_SIZE, "a page");

#define NS_PER_S    1000000000ll
#define ROOT_PATH   "srv"

static struct store_file *root;
static struct page_tree files;          /* by id */
static uint32_t next_id = 1;
static uint64_t next_order = 1;

/* -- files -- */

struct store_file *store_find(uint32_t id)
{
    void **entry = page_tree_find(&files, id);

    return entry != NULL ? *entry : NULL;
}

struct store_file *store_next(const struct store_file *file)
{
    uint64_t index = file != NULL ? file->id + 1ull : 0;
    void **entry = page_tree_next(&files, &index, next_id);

    return entry != NULL ? *entry : NULL;
}

static struct store_file *new_file(uint32_t mode)
{
    void **entry = next_id < PAGE_TREE_END ?
                   page_tree_make(&files, next_id) : NULL;
    struct store_file *file = entry != NULL ? page_alloc() : NULL;

    if (file == NULL) {
        return NULL;
    }
    *entry = file;
    file->id = next_id++;
    file->mode = mode;
    file->last_writer = STORE_NOBODY;
    file->mtime_ns = time_of_day_ns();
    file->atime_ns = file->mtime_ns;
    file->ctime_ns = file->mtime_ns;
    return file;
}

void store_reap(struct store_file *file)
{
    if (file->named || store_is_open(file)) {
        return;
    }
    blocks_cut(file, 0);
    page_tree_finish(&file->blocks);
    holders_free(file);
    *page_tree_find(&files, file->id) = NULL;
    page_put(file);
}

/* -- names -- */

static void link_child(struct store_file *parent, struct store_file *file,
                       const char *name)
{
    struct store_file **link = &parent->child;
    size_t bytes = strnlen(name, FS_NAME_MAX);

    memmove(file->name, name, bytes);
    file->name[bytes] = '\0';
    file->named = true;
    file->parent = parent;
    file->order = next_order++;
    file->next = NULL;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = file;
    parent->child_count++;
    parent->mtime_ns = time_of_day_ns();
    parent->ctime_ns = parent->mtime_ns;
}

static void unlink_child(struct store_file *file)
{
    struct store_file **link = &file->parent->child;

    while (*link != file) {
        link = &(*link)->next;
    }
    *link = file->next;
    file->parent->child_count--;
    file->parent->mtime_ns = time_of_day_ns();
    file->parent->ctime_ns = file->parent->mtime_ns;
    file->named = false;
    file->parent = NULL;
}

struct store_file *store_create(struct store_file *parent, const char *name,
                                uint32_t mode)
{
    struct store_file *file = new_file(mode);

    if (file != NULL) {
        link_child(parent, file, name);
    }
    return file;
}

void store_unname(struct store_file *file)
{
    unlink_child(file);
    file->ctime_ns = time_of_day_ns();
    store_reap(file);
}

void store_rename(struct store_file *file, struct store_file *parent,
                  const char *name)
{
    unlink_child(file);
    link_child(parent, file, name);
    file->ctime_ns = time_of_day_ns();
}

static struct store_file *find_child(const struct store_file *parent,
                                     const char *name, size_t bytes)
{
    struct store_file *child = parent->child;

    while (child != NULL && (strnlen(child->name, FS_NAME_MAX) != bytes ||
                             memcmp(child->name, name, bytes) != 0)) {
        child = child->next;
    }
    return child;
}

static uint32_t take_number(const char **path, const char *end)
{
    uint32_t number = 0;

    for ((*path)++; *path < end && **path >= '0' && **path <= '9';
         (*path)++) {
        number = number * 10 + (uint32_t)(**path - '0');
    }
    return number;
}

int store_walk(const char *path, size_t bytes, struct store_file **parent,
               const char **name, struct store_file **file)
{
    static char last[FS_NAME_MAX + 1];
    const char *end = path + bytes;

    *parent = NULL;
    *name = last;
    *file = root;
    if (path < end && *path == STORE_BY_ID) {
        *file = store_find(take_number(&path, end));
        if (*file == NULL) {
            return -ENOENT;
        }
    }
    while (path < end) {
        const char *from = path;
        size_t part;

        while (path < end && *path != '/') {
            path++;
        }
        part = (size_t)(path - from);
        if (path < end) {
            path++;
        }
        if (part == 0) {
            continue;
        }
        if (part > FS_NAME_MAX) {
            return -ENAMETOOLONG;
        }
        if (*file == NULL) {
            return -ENOENT;
        }
        if ((*file)->mode >> 12 != LINUX_S_IFDIR >> 12) {
            return -ENOTDIR;
        }
        memcpy(last, from, part);
        last[part] = '\0';
        *parent = *file;
        *file = find_child(*parent, last, part);
    }
    return 0;
}

/* -- what the experiment gives -- */

static void fill(struct store_file *file, const struct cpio_entry *entry)
{
    file->size = entry->bytes;
    for (uint64_t at = 0; at < entry->bytes; at += PAGE_SIZE) {
        uint64_t part = entry->bytes - at;
        void *page = block_edit(file, (uint32_t)(at >> PAGE_SHIFT));

        if (page == NULL) {
            panic("files: no memory for %s", file->name);
        }
        memcpy(page, (const uint8_t *)entry->data + at,
               part < PAGE_SIZE ? part : PAGE_SIZE);
    }
}

static void take_entry(const struct cpio_entry *entry)
{
    const size_t skip = sizeof(ROOT_PATH);
    struct store_file *parent, *file;
    const char *name;
    int error = store_walk(entry->path + skip, entry->path_bytes - skip,
                           &parent, &name, &file);

    if (error == 0 && file == NULL) {
        file = store_create(parent, name, entry->mode & 0177777u);
    }
    if (error != 0 || file == NULL) {
        panic("files: cannot take /%s: %d", entry->path, error);
    }
    file->mtime_ns = (int64_t)entry->mtime * NS_PER_S;
    file->atime_ns = file->mtime_ns;
    file->ctime_ns = file->mtime_ns;
    if (entry->mode >> 12 == LINUX_S_IFREG >> 12) {
        fill(file, entry);
    }
}

void store_init(void)
{
    const struct cpio_entry *entry;

    root = new_file(LINUX_S_IFDIR | 0755);
    if (root == NULL) {
        panic("files: no memory");
    }
    root->named = true;
    for (uint32_t i = 0; (entry = ramdisk_entry(i)) != NULL; i++) {
        if (entry->path_bytes > sizeof(ROOT_PATH) &&
            memcmp(entry->path, ROOT_PATH "/", sizeof(ROOT_PATH)) == 0) {
            take_entry(entry);
        }
    }
}
