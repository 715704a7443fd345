/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path resolution, see path.h.
 *
 * The walk keeps two strings: `place->path`, what has been resolved so far,
 * and `rest`, what is still to come. A symbolic link puts its text in front of
 * the rest. ".." is taken after links have been followed, as in Linux.
 */
#include "fs/path.h"

#include "fs/open_file.h"
#include "fs/procfs.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/syscall.h"

#define LINKS_MAX   40

/* The kernel is never re-entered: one walk at a time. */
static char rest[LINUX_PATH_MAX + FS_PATH_MAX];
static char user_path[LINUX_PATH_MAX];
static char link_text[FS_PATH_MAX];

static void go_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL) {
        *slash = '\0';
    } else {
        path[0] = '\0';
    }
}

static int go_down(char *path, const char *name, size_t bytes)
{
    size_t at = strlen(path);

    if (bytes > FS_NAME_MAX || at + 1 + bytes >= FS_PATH_MAX) {
        return -ENAMETOOLONG;
    }
    if (at > 0) {
        path[at++] = '/';
    }
    memcpy(path + at, name, bytes);
    path[at + bytes] = '\0';
    return 0;
}

/* Puts the text of the link at place in front of what is left at `at`. */
static int splice_link(struct proc *proc, struct place *place, const char *at)
{
    int bytes = node_link(proc, place->node, link_text, sizeof(link_text));
    size_t left = strlen(at);

    if (bytes < 0) {
        return bytes;
    }
    if (bytes == 0) {
        return -ENOENT;
    }
    if ((size_t)bytes + 1 + left >= sizeof(rest)) {
        return -ENAMETOOLONG;
    }
    memmove(rest + bytes + 1, at, left + 1);
    memcpy(rest, link_text, (size_t)bytes);
    rest[bytes] = '/';
    if (left == 0 && !place->slash) {
        rest[bytes] = '\0';         /* no slash that was not there */
    }
    if (rest[0] == '/') {
        place->path[0] = '\0';
    } else {
        go_up(place->path);
    }
    return 0;
}

/* Goes through the link at place; *at is what is left of the walk. */
static int follow(struct proc *proc, struct place *place, const char **at)
{
    struct node target;
    int error;

    if (procfs_open_file(proc, place->node, &target)) {
        /* it leads to the open file itself, whether that has a path or not */
        place->node = target;
        if (node_path(proc, target, place->path) != 0) {
            place->path[0] = '\0';
        }
        return 0;
    }
    error = splice_link(proc, place, *at);
    if (error == 0) {
        place->node = node_lookup(proc, place->path);
        *at = rest;
    }
    return error;
}

static bool is_directory(struct proc *proc, struct node node)
{
    return node.kind != NODE_NONE &&
           mode_is(node_mode(proc, node), LINUX_S_IFDIR);
}

/* Takes one step by the component [name, name + bytes). */
static int step(struct proc *proc, struct place *place, const char *name,
                size_t bytes)
{
    int error = 0;

    if (place->node.kind == NODE_NONE) {
        return -ENOENT;
    }
    if (!is_directory(proc, place->node)) {
        return -ENOTDIR;
    }
    if (bytes == 2 && name[0] == '.' && name[1] == '.') {
        go_up(place->path);
    } else if (bytes != 1 || name[0] != '.') {
        error = go_down(place->path, name, bytes);
    }
    if (error == 0) {
        place->node = node_lookup(proc, place->path);
    }
    return error;
}

static bool is_followed(struct proc *proc, const struct place *place,
                        bool last, unsigned flags)
{
    if (place->node.kind == NODE_NONE ||
        !mode_is(node_mode(proc, place->node), LINUX_S_IFLNK)) {
        return false;
    }
    return !last || place->slash || (flags & PATH_NOFOLLOW) == 0;
}

static int walk_rest(struct proc *proc, unsigned flags, struct place *place)
{
    const char *at = rest;
    int links = 0;

    while (*at != '\0') {
        const char *name;
        int error;

        while (*at == '/') {
            at++;
        }
        if (*at == '\0') {
            break;
        }
        name = at;
        while (*at != '\0' && *at != '/') {
            at++;
        }
        error = step(proc, place, name, (size_t)(at - name));
        if (error != 0) {
            return error;
        }
        name = at;
        while (*name == '/') {
            name++;
        }
        place->slash = place->slash || (*name == '\0' && name != at);
        if (is_followed(proc, place, *name == '\0', flags)) {
            if (links++ == LINKS_MAX) {
                return -ELOOP;
            }
            error = follow(proc, place, &name);
            if (error != 0) {
                return error;
            }
            at = name;
        }
    }
    if (place->slash && place->node.kind != NODE_NONE &&
        !is_directory(proc, place->node)) {
        return -ENOTDIR;
    }
    return 0;
}

int path_walk(struct proc *proc, const char *base, const char *path,
              unsigned flags, struct place *place)
{
    size_t bytes = strlen(path);

    if (bytes >= LINUX_PATH_MAX) {
        return -ENAMETOOLONG;
    }
    memcpy(rest, path, bytes + 1);
    place->slash = false;
    place->path[0] = '\0';
    if (path[0] != '/') {
        memcpy(place->path, base, strlen(base) + 1);
    }
    place->node = node_lookup(proc, place->path);
    return walk_rest(proc, flags, place);
}

/* Where a relative path starts. */
static int find_base(struct proc *proc, uint64_t dirfd, char *base)
{
    const struct file *file;

    if ((int32_t)dirfd == LINUX_AT_FDCWD) {
        memcpy(base, proc->files->cwd, strlen(proc->files->cwd) + 1);
        return 0;
    }
    file = files_get(proc->files, dirfd);
    if (file == NULL) {
        return -EBADF;
    }
    if (file->kind != FILE_DIRECTORY) {
        return -ENOTDIR;
    }
    return node_path(proc, file->node, base);
}

/* AT_EMPTY_PATH: the descriptor itself, whatever it is. */
static int find_descriptor(struct proc *proc, uint64_t dirfd,
                           struct place *place)
{
    const struct file *file;

    place->slash = false;
    if ((int32_t)dirfd == LINUX_AT_FDCWD) {
        return path_walk(proc, proc->files->cwd, ".", 0, place);
    }
    file = files_get(proc->files, dirfd);
    if (file == NULL) {
        return -EBADF;
    }
    place->node = file->node;
    if (node_path(proc, file->node, place->path) != 0) {
        place->path[0] = '\0';
    }
    return 0;
}

int64_t path_resolve(struct thread *thread, uint64_t dirfd, uint64_t address,
                     unsigned flags, struct place *place)
{
    static char base[FS_PATH_MAX];
    struct proc *proc = thread->proc;
    int bytes = vm_user_string(proc->vm, user_path, address,
                               sizeof(user_path));
    int error;

    if (bytes == -EAGAIN) {
        return syscall_user(thread, VM_REMOTE);
    }
    if (bytes < 0) {
        return bytes;
    }
    if (bytes == 0) {
        return flags & PATH_EMPTY_OK ? find_descriptor(proc, dirfd, place) :
                                       -ENOENT;
    }
    base[0] = '\0';
    if (user_path[0] != '/') {
        error = find_base(proc, dirfd, base);
        if (error != 0) {
            return error;
        }
    }
    return path_walk(proc, base, user_path, flags, place);
}

int64_t path_find(struct thread *thread, uint64_t dirfd, uint64_t address,
                  unsigned flags, struct place *place)
{
    int64_t result = path_resolve(thread, dirfd, address, flags, place);

    if (result == 0 && place->node.kind == NODE_NONE) {
        return -ENOENT;
    }
    return result;
}
