/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls on names, at the server. All answer as handlers do (srv/server.h).
 */
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/syscalls.h"
#include "srv/openers.h"
#include "srv/server.h"
#include "srv/store.h"

#define PERMISSIONS     07777u
/* offsets in a directory: ".", "..", then the orders of its children */
#define OFFSET_FIRST    2u

static bool is_directory(const struct store_file *file)
{
    return (file->mode & LINUX_S_IFMT) == LINUX_S_IFDIR;
}

int call_walk(const char *path, uint32_t bytes, struct store_file **parent,
              const char **name, struct store_file **file)
{
    int error = store_walk(path, bytes, parent, name, file);

    if (error == 0 && *file != NULL && bytes > 0 && path[bytes - 1] == '/' &&
        !is_directory(*file)) {
        return -ENOTDIR;
    }
    return error;
}

int call_file(const struct call *call, struct store_file **file)
{
    struct store_file *parent;
    const char *name;
    int error;

    if (call->msg.index != 0) {
        *file = store_find((uint32_t)call->msg.index);
        return *file != NULL ? 0 : -EIO;
    }
    error = call_walk(call->page, call->length, &parent, &name, file);
    return error == 0 && *file == NULL ? -ENOENT : error;
}

/* -- open -- */

static int open_existing(struct store_file *file, uint32_t flags)
{
    bool writes = (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY;

    if ((flags & LINUX_O_CREAT) != 0 && (flags & LINUX_O_EXCL) != 0) {
        return -EEXIST;
    }
    if ((flags & LINUX_O_DIRECTORY) != 0 && !is_directory(file)) {
        return -ENOTDIR;
    }
    if (is_directory(file)) {
        return writes || (flags & LINUX_O_CREAT) != 0 ? -EISDIR : 0;
    }
    if ((flags & LINUX_O_TRUNC) != 0 && (flags & LINUX_O_PATH) == 0) {
        if (!holders_recall(file, true)) {
            return CALL_WAITS;
        }
        store_resize(file, 0);
    }
    return 0;
}

int call_open(const struct call *call, struct wire_message *answer)
{
    uint32_t flags = call->msg.aux;
    bool writes = (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY;
    struct store_file *parent, *file;
    const char *name;
    uint32_t number;
    int result = call->msg.index != 0 ? call_file(call, &file) :
                 call_walk(call->page, call->length, &parent, &name, &file);

    if (result != 0) {
        return result;
    }
    if (file != NULL) {
        result = open_existing(file, flags);
    } else if ((flags & LINUX_O_CREAT) == 0) {
        result = -ENOENT;
    } else if (((const char *)call->page)[call->length - 1] == '/') {
        result = -EISDIR;
    } else {
        file = store_create(parent, name, LINUX_S_IFREG |
                            ((uint32_t)call->msg.arg & PERMISSIONS));
        result = file != NULL ? 0 : -ENOSPC;
    }
    if (result != 0) {
        return result;
    }
    number = opener_make(file, call->msg.source, writes);
    if (number == 0) {
        return -ENFILE;
    }
    if (!is_directory(file) &&
        !holder_grant(file, call->msg.source, &answer->msg)) {
        opener_close(number);
        return CALL_WAITS;
    }
    answer->msg.aux = number;
    answer->msg.index = file->id | (uint64_t)file->mode << MB_FILE_MODE_SHIFT;
    return 0;
}

/* -- what is there -- */

int call_stat(const struct call *call, struct wire_message *answer)
{
    struct mb_file_attributes *attributes;
    struct store_file *file;
    int error = call_file(call, &file);

    if (error != 0) {
        return error;
    }
    if (!holders_quiet(file, false, call->msg.source)) {
        return CALL_WAITS;
    }
    attributes = page_alloc();
    if (attributes == NULL) {
        return -ENOMEM;
    }
    *attributes = (struct mb_file_attributes) {
        .id = file->id,
        .size = file->size,
        .atime_ns = file->atime_ns,
        .mtime_ns = file->mtime_ns,
        .ctime_ns = file->ctime_ns,
        .mode = file->mode,
        .nlink = is_directory(file) ? 2 : file->named ? 1 : 0,
    };
    answer->page = attributes;
    answer->length = sizeof(*attributes);
    return 0;
}

/* Appends an entry; false: it does not fit. */
static bool put_entry(struct wire_message *answer, uint32_t room,
                      const struct store_file *file, const char *name,
                      uint64_t next)
{
    size_t name_bytes = strnlen(name, FS_NAME_MAX);
    uint32_t bytes = (uint32_t)(LINUX_DIRENT_NAME + name_bytes + 1 + 7) & ~7u;
    const struct linux_dirent64 head = {
        .ino = file->id,
        .off = (int64_t)next,
        .reclen = (uint16_t)bytes,
        .type = (uint8_t)((file->mode & LINUX_S_IFMT) >> 12),
    };
    uint8_t *to = (uint8_t *)answer->page + answer->length;

    if (bytes > room - answer->length) {
        return false;
    }
    memcpy(to, &head, sizeof(head));
    memcpy(to + sizeof(head), name, name_bytes);
    answer->length += bytes;
    answer->msg.arg = next;
    return true;
}

int call_list(const struct call *call, struct wire_message *answer)
{
    uint32_t room = call->msg.aux < PAGE_SIZE ? call->msg.aux : PAGE_SIZE;
    const struct store_file *child;
    struct store_file *file;
    bool fits = true;
    int error = call_file(call, &file);

    if (error != 0 || !is_directory(file)) {
        return error != 0 ? error : -ENOTDIR;
    }
    answer->page = page_alloc();
    if (answer->page == NULL) {
        return -ENOMEM;
    }
    if (answer->msg.arg == 0) {
        fits = put_entry(answer, room, file, ".", 1);
    }
    if (fits && answer->msg.arg == 1) {
        fits = put_entry(answer, room, file->parent != NULL ? file->parent :
                                                              file, "..", 2);
    }
    for (child = file->child; child != NULL && fits; child = child->next) {
        if (child->order + OFFSET_FIRST > answer->msg.arg) {
            fits = put_entry(answer, room, child, child->name,
                             child->order + OFFSET_FIRST);
        }
    }
    if (answer->length == 0) {
        page_put(answer->page);
        answer->page = NULL;
        return fits ? 0 : -EINVAL;
    }
    return 0;
}

/* -- changes -- */

int call_directory(const struct call *call, struct wire_message *answer)
{
    struct store_file *parent, *file;
    const char *name;
    int error = store_walk(call->page, call->length, &parent, &name, &file);

    (void)answer;
    if (error != 0 || file != NULL) {
        return error != 0 ? error : -EEXIST;
    }
    return store_create(parent, name, LINUX_S_IFDIR |
                        ((uint32_t)call->msg.arg & PERMISSIONS)) != NULL ?
           0 : -ENOSPC;
}

/* Nobody will ever see what caches have of it. */
static void remove_file(struct store_file *file)
{
    if (!store_is_open(file)) {
        (void)holders_recall(file, true);
    }
    store_unname(file);
}

int call_remove(const struct call *call, struct wire_message *answer)
{
    bool directory = call->msg.arg != 0;
    struct store_file *file;
    int error = call_file(call, &file);

    (void)answer;
    if (error != 0) {
        return error;
    }
    if (directory != is_directory(file)) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    if (file->parent == NULL) {
        return -EBUSY;
    }
    if (file->child != NULL) {
        return -ENOTEMPTY;
    }
    remove_file(file);
    return 0;
}

static bool is_within(const struct store_file *file,
                      const struct store_file *directory)
{
    while (file != NULL && file != directory) {
        file = file->parent;
    }
    return file != NULL;
}

/* Whether `file` can take the place of `old`. */
static int check_replace(const struct store_file *file,
                         const struct store_file *old, uint64_t flags)
{
    if ((flags & LINUX_RENAME_NOREPLACE) != 0) {
        return -EEXIST;
    }
    if (is_directory(file) && !is_directory(old)) {
        return -ENOTDIR;
    }
    if (!is_directory(file) && is_directory(old)) {
        return -EISDIR;
    }
    return old->child != NULL ? -ENOTEMPTY : 0;
}

int call_rename(const struct call *call, struct wire_message *answer)
{
    const char *paths = call->page;
    struct store_file *parent, *file, *old;
    const char *name;
    int error;

    (void)answer;
    if (call->msg.aux > call->length) {
        return -EINVAL;
    }
    error = call_walk(paths, call->msg.aux, &parent, &name, &file);
    if (error != 0 || file == NULL) {
        return error != 0 ? error : -ENOENT;
    }
    error = call_walk(paths + call->msg.aux, call->length - call->msg.aux,
                      &parent, &name, &old);
    if (error != 0) {
        return error;
    }
    if (file->parent == NULL || parent == NULL) {
        return -EBUSY;
    }
    if (is_within(parent, file)) {
        return -EINVAL;
    }
    if (old == file) {
        return (call->msg.arg & LINUX_RENAME_NOREPLACE) != 0 ? -EEXIST : 0;
    }
    if (old != NULL) {
        error = check_replace(file, old, call->msg.arg);
        if (error != 0) {
            return error;
        }
        remove_file(old);
    } else if (paths[call->length - 1] == '/' && !is_directory(file)) {
        return -ENOTDIR;
    }
    store_rename(file, parent, name);
    return 0;
}

int call_mode(const struct call *call, struct wire_message *answer)
{
    struct store_file *file;
    int error = call_file(call, &file);

    (void)answer;
    if (error == 0) {
        file->mode = (file->mode & LINUX_S_IFMT) |
                     ((uint32_t)call->msg.arg & PERMISSIONS);
        file->ctime_ns = time_of_day_ns();
    }
    return error;
}
