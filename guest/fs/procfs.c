/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc as a tree, see procfs.h: names, links and listings. Reading and writing
 * are in procfs_file.c.
 */
#include "fs/procfs.h"

#include "fs/open_file.h"
#include "fs/pathname.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define INO_FIRST       0x200000u
#define PID_COOKIE      0x10000u    /* cookies of processes start here */

enum scope { IN_ROOT, IN_PROCESS };

struct entry {
    const char *name;
    uint32_t mode;
    enum scope scope;
    text_fn *text;                  /* of a regular file */
};

enum index {
    INDEX_ROOT, INDEX_PROCESS, INDEX_SELF, INDEX_EXE, INDEX_CWD, INDEX_FD,
    INDEX_GOTO, INDEX_MOUNTS, INDEX_TEXTS,
};

#define TEXT(name, scope, text) { name, LINUX_S_IFREG | 0444, scope, text }

/* By enum index; texts follow. The first two have names of their own. */
static const struct entry entries[] = {
    [INDEX_ROOT] = { "", LINUX_S_IFDIR | 0555, IN_ROOT, NULL },
    [INDEX_PROCESS] = { "", LINUX_S_IFDIR | 0555, IN_PROCESS, NULL },
    [INDEX_SELF] = { "self", LINUX_S_IFLNK | 0777, IN_ROOT, NULL },
    [INDEX_EXE] = { "exe", LINUX_S_IFLNK | 0777, IN_PROCESS, NULL },
    [INDEX_CWD] = { "cwd", LINUX_S_IFLNK | 0777, IN_PROCESS, NULL },
    [INDEX_FD] = { "fd", LINUX_S_IFDIR | 0500, IN_PROCESS, NULL },
    [INDEX_GOTO] = { "goto", LINUX_S_IFREG | 0200, IN_PROCESS, NULL },
    [INDEX_MOUNTS] = { "mounts", LINUX_S_IFLNK | 0777, IN_ROOT, NULL },
    [INDEX_TEXTS] =
    TEXT("stat", IN_PROCESS, text_stat),
    TEXT("statm", IN_PROCESS, text_statm),
    TEXT("status", IN_PROCESS, text_status),
    TEXT("comm", IN_PROCESS, text_comm),
    TEXT("cmdline", IN_PROCESS, text_cmdline),
    TEXT("maps", IN_PROCESS, text_maps),
    TEXT("mounts", IN_PROCESS, text_mounts),
    TEXT("meminfo", IN_ROOT, text_meminfo),
    TEXT("uptime", IN_ROOT, text_uptime),
    TEXT("loadavg", IN_ROOT, text_loadavg),
    TEXT("cpuinfo", IN_ROOT, text_cpuinfo),
    TEXT("version", IN_ROOT, text_version),
    TEXT("stat", IN_ROOT, text_node_stat),
};
#define ENTRIES     ((uint32_t)(sizeof(entries) / sizeof(entries[0])))
/* the links in /proc/PID/fd are numbered behind the entries */
#define INDEX_FD0   64u
#define INDEX_END   (INDEX_FD0 + FILES_MAX)
_Static_assert(sizeof(entries) / sizeof(entries[0]) <= INDEX_FD0, "fd links");
_Static_assert(INDEX_END <= 256, "inode numbers");

uint32_t procfs_mode(struct node node)
{
    if (node.index >= INDEX_FD0 && node.index < INDEX_END) {
        return LINUX_S_IFLNK | 0700;
    }
    return node.index < ENTRIES ? entries[node.index].mode : 0;
}

uint64_t procfs_ino(struct node node)
{
    return INO_FIRST + ((uint64_t)node.pid << 8 | node.index);
}

bool procfs_is_goto(struct node node)
{
    return node.index == INDEX_GOTO;
}

text_fn *procfs_text(struct node node)
{
    return node.index < ENTRIES ? entries[node.index].text : NULL;
}

/* -- lookup -- */

uint32_t procfs_take_number(const char **text)
{
    uint32_t value = 0;
    const char *at = *text;

    while (*at >= '0' && *at <= '9' && value < 100000000) {
        value = value * 10 + (uint32_t)(*at++ - '0');
    }
    if (at == *text || (*at >= '0' && *at <= '9')) {
        return UINT32_MAX;
    }
    *text = at;
    return value;
}

static uint32_t find_entry(const char *name, enum scope scope)
{
    for (uint32_t i = INDEX_SELF; i < ENTRIES; i++) {
        if (entries[i].scope == scope && strcmp(entries[i].name, name) == 0) {
            return i;
        }
    }
    return ENTRIES;
}

static struct files *files_of(struct node node)
{
    struct proc *owner = proc_find(node.pid);

    return owner != NULL ? owner->files : NULL;
}

/* What is behind "proc/PID". */
static uint32_t lookup_in_process(uint32_t pid, const char *path)
{
    struct node node = { .kind = NODE_PROC, .pid = pid };
    struct files *files = files_of(node);
    uint32_t fd;

    if (*path == '\0') {
        return INDEX_PROCESS;
    }
    if (*path++ != '/') {
        return ENTRIES;
    }
    if (strncmp(path, "fd/", 3) != 0) {
        return find_entry(path, IN_PROCESS);
    }
    path += 3;
    fd = procfs_take_number(&path);
    return *path == '\0' && files != NULL && files_get(files, fd) != NULL ?
           INDEX_FD0 + fd : ENTRIES;
}

struct node procfs_lookup(struct proc *proc, const char *path)
{
    struct node node = { .kind = NODE_PROC };
    const char *rest = path;

    (void)proc;
    if (*path == '\0') {
        node.index = INDEX_ROOT;
        return node;
    }
    node.pid = procfs_take_number(&rest);
    if (node.pid == UINT32_MAX) {
        node.pid = 0;
        node.index = find_entry(path, IN_ROOT);
    } else if (proc_find(node.pid) != NULL) {
        node.index = lookup_in_process(node.pid, rest);
    } else {
        node.index = ENTRIES;
    }
    if (node.index == ENTRIES) {
        node.kind = NODE_NONE;
    }
    return node;
}

int procfs_path(struct node node, char *to)
{
    if (node.index == INDEX_ROOT) {
        (void)format_string(to, FS_PATH_MAX, "proc");
    } else if (node.pid == 0) {
        (void)format_string(to, FS_PATH_MAX, "proc/%s",
                            entries[node.index].name);
    } else if (node.index == INDEX_PROCESS) {
        (void)format_string(to, FS_PATH_MAX, "proc/%u", node.pid);
    } else if (node.index >= INDEX_FD0) {
        (void)format_string(to, FS_PATH_MAX, "proc/%u/fd/%u", node.pid,
                            node.index - INDEX_FD0);
    } else {
        (void)format_string(to, FS_PATH_MAX, "proc/%u/%s", node.pid,
                            entries[node.index].name);
    }
    return 0;
}

/* -- links -- */

bool procfs_open_file(struct proc *proc, struct node node,
                      struct node *target)
{
    struct files *files = files_of(node);
    const struct file *file;

    if (node.kind != NODE_PROC || node.index < INDEX_FD0 || files == NULL ||
        files != proc->files) {
        return false;
    }
    file = files_get(files, node.index - INDEX_FD0);
    if (file == NULL) {
        return false;
    }
    *target = file->node;
    return true;
}

static void link_fd(struct proc *owner, uint32_t fd, char *path)
{
    const struct file *file = files_get(owner->files, fd);

    if (file == NULL) {
        path[0] = '\0';
    } else if (file->node.kind == NODE_STREAM) {
        (void)format_string(path, FS_PATH_MAX, "pipe:[%u]", file->node.index);
    } else if (file->node.kind == NODE_PORT) {
        (void)format_string(path, FS_PATH_MAX, "socket:[%u:%u]",
                            file->node.pid, file->node.index);
    } else {
        path[0] = '/';
        if (node_path(owner, file->node, path + 1) != 0) {
            (void)format_string(path, FS_PATH_MAX, "/ (deleted)");
        }
    }
}

int procfs_link(struct proc *proc, struct node node, char *to, size_t size)
{
    static char path[FS_PATH_MAX + 1];
    struct proc *owner = node.pid == 0 ? proc : proc_find(node.pid);
    const char *program;
    size_t bytes;

    if (owner == NULL) {
        return -ENOENT;
    }
    path[0] = '\0';
    if (node.index == INDEX_SELF) {
        (void)format_string(path, sizeof(path), "%u", proc->pid);
    } else if (node.index == INDEX_MOUNTS) {
        (void)format_string(path, sizeof(path), "self/mounts");
    } else if (node.index == INDEX_EXE) {
        program = text_program(owner);
        if (program == NULL) {
            return -ENOENT;
        }
        (void)format_string(path, sizeof(path), "%s%s",
                            program[0] == '/' ? "" : "/", program);
    } else if (node.index == INDEX_CWD) {
        (void)format_string(path, sizeof(path), "/%s", owner->files->cwd);
    } else {
        link_fd(owner, node.index - INDEX_FD0, path);
    }
    bytes = strlen(path);
    bytes = bytes < size ? bytes : size;
    memcpy(to, path, bytes);
    return (int)bytes;
}

/* -- listings -- */

static char name_buffer[16];

static void fill_child(struct node node, const char *name,
                       struct node_child *child)
{
    child->name = name;
    child->name_bytes = (uint32_t)strlen(name);
    child->mode = procfs_mode(node);
    child->ino = procfs_ino(node);
}

static bool next_entry(struct node directory, enum scope scope,
                       uint64_t *cookie, struct node_child *child)
{
    uint32_t i = *cookie < INDEX_SELF ? INDEX_SELF : (uint32_t)*cookie;

    for (; i < ENTRIES; i++) {
        if (entries[i].scope == scope) {
            directory.index = i;
            fill_child(directory, entries[i].name, child);
            *cookie = i + 1;
            return true;
        }
    }
    return false;
}

/* The process with the lowest pid from *cookie on. */
static bool next_process(uint64_t *cookie, struct node_child *child)
{
    struct node node = { .kind = NODE_PROC, .index = INDEX_PROCESS };
    uint32_t best = UINT32_MAX;

    for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p)) {
        if (p->pid + (uint64_t)PID_COOKIE >= *cookie && p->pid < best) {
            best = p->pid;
        }
    }
    if (best == UINT32_MAX) {
        return false;
    }
    node.pid = best;
    (void)format_string(name_buffer, sizeof(name_buffer), "%u", best);
    fill_child(node, name_buffer, child);
    *cookie = PID_COOKIE + (uint64_t)best + 1;
    return true;
}

static bool next_fd(struct node directory, uint64_t *cookie,
                    struct node_child *child)
{
    struct files *files = files_of(directory);

    for (uint64_t fd = *cookie; files != NULL && fd < FILES_MAX; fd++) {
        if (files_get(files, fd) != NULL) {
            directory.index = INDEX_FD0 + (uint32_t)fd;
            (void)format_string(name_buffer, sizeof(name_buffer), "%u",
                                (uint32_t)fd);
            fill_child(directory, name_buffer, child);
            *cookie = fd + 1;
            return true;
        }
    }
    return false;
}

bool procfs_next_child(struct proc *proc, struct node directory,
                       uint64_t *cookie, struct node_child *child)
{
    (void)proc;
    switch (directory.index) {
    case INDEX_ROOT:
        if (*cookie < PID_COOKIE) {
            if (next_entry(directory, IN_ROOT, cookie, child)) {
                return true;
            }
            *cookie = PID_COOKIE;
        }
        return next_process(cookie, child);
    case INDEX_PROCESS:
        return next_entry(directory, IN_PROCESS, cookie, child);
    case INDEX_FD:
        return next_fd(directory, cookie, child);
    default:
        return false;
    }
}
