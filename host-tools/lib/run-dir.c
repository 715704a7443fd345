/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of a run.
 */
#include "run-dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

#define OUTPUT_FOLDER   "out"
#define CONSOLE_FOLDER  "console"
#define TAIL_LINES      4
#define TAIL_BYTES      1024

static const char *const known_names[] = {
    RUN_DIR_MANIFEST, RUN_DIR_EXPERIMENT, RUN_DIR_KERNEL, RUN_DIR_RAMDISK,
    RUN_DIR_RESULT, RUN_DIR_TRACE, OUTPUT_FOLDER, CONSOLE_FOLDER,
};

/* Names in a folder, without "." and ".."; NULL on error. */
static GPtrArray *list_names(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (stream == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    while ((entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            g_ptr_array_add(names, g_strdup(entry->d_name));
        }
    }
    closedir(stream);
    return names;
}

static bool has_name(const GPtrArray *names, const char *name)
{
    for (unsigned i = 0; i < names->len; i++) {
        if (strcmp(names->pdata[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_names); i++) {
        if (strcmp(name, known_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Of any version. */
static bool has_manifest(const char *path)
{
    g_autofree char *name = g_build_filename(path, RUN_DIR_MANIFEST, NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(name, &text, NULL, NULL) &&
        strstr(text, "\"" MANIFEST_NAME "-") != NULL;
}

/*
 * May this directory be emptied? With a manifest of ours, yes. A run that was
 * killed early left none, but then nothing else than what a run makes, and its
 * folders before its files: somebody's experiment.ini alone is not of a run.
 */
static bool is_run_dir(const char *path, const GPtrArray *names)
{
    if (names->len == 0 || has_manifest(path)) {
        return true;
    }
    for (unsigned i = 0; i < names->len; i++) {
        if (!is_known(names->pdata[i])) {
            return false;
        }
    }
    return !has_name(names, RUN_DIR_EXPERIMENT) ||
        (has_name(names, OUTPUT_FOLDER) && has_name(names, CONSOLE_FOLDER));
}

/* Removes what has one of these endings. */
static void remove_files(int folder, const char *const *suffixes)
{
    g_autoptr(GPtrArray) names = list_names(folder);

    for (unsigned i = 0; names != NULL && i < names->len; i++) {
        for (size_t k = 0; suffixes[k] != NULL; k++) {
            if (g_str_has_suffix(names->pdata[i], suffixes[k])) {
                unlinkat(folder, names->pdata[i], 0);
            }
        }
    }
}

/* Opens a folder in the run directory, made if need be, and removes the files
 * of earlier runs in it. */
static int open_folder(int fd, const char *name, const char *const *suffixes,
                       GError **error)
{
    if (mkdirat(fd, name, 0777) != 0 && errno != EEXIST) {
        godwit_fail_errno(error, "cannot create %s", name);
        return -1;
    }
    int folder = openat(fd, name,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        godwit_fail_errno(error, "cannot open %s", name);
        return -1;
    }
    remove_files(folder, suffixes);
    return folder;
}

static bool open_and_lock(RunDir *dir, GError **error)
{
    if (mkdir(dir->path, 0777) != 0 && errno != EEXIST) {
        return godwit_fail_errno(error, "cannot create %s", dir->path);
    }
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0) {
        return godwit_fail_errno(error, "cannot open %s", dir->path);
    }
    if (flock(dir->fd, LOCK_EX | LOCK_NB) != 0) {
        return godwit_fail(error, "%s is in use by another run; name another "
                           "directory with -o", dir->path);
    }
    return true;
}

static const char *const output_suffixes[] = { ".stdout", ".stderr", NULL };
static const char *const console_suffixes[] = { ".log", NULL };

static bool check_and_empty(RunDir *dir, GError **error)
{
    static const char *const results[] = {
        RUN_DIR_RESULT, RUN_DIR_TRACE, RUN_DIR_RAMDISK, RUN_DIR_KERNEL,
        RUN_DIR_EXPERIMENT,
    };
    g_autoptr(GPtrArray) names = list_names(dir->fd);

    if (names == NULL) {
        return godwit_fail_errno(error, "cannot list %s", dir->path);
    }
    if (!is_run_dir(dir->path, names)) {
        return godwit_misuse(error, "%s is not empty and not a run directory; "
                             "name another one with -o", dir->path);
    }
    /* The result first: what is left then is no finished run. */
    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        if (unlinkat(dir->fd, results[i], 0) != 0 && errno != ENOENT) {
            return godwit_fail_errno(error, "cannot remove %s/%s", dir->path,
                                     results[i]);
        }
    }
    dir->output_fd = open_folder(dir->fd, OUTPUT_FOLDER, output_suffixes,
                                 error);
    if (dir->output_fd < 0) {
        return false;
    }
    dir->console_fd = open_folder(dir->fd, CONSOLE_FOLDER, console_suffixes,
                                  error);
    return dir->console_fd >= 0;
}

RunDir *run_dir_create(const char *path, GError **error)
{
    g_autoptr(RunDir) dir = g_new0(RunDir, 1);

    dir->path = g_strdup(path);
    dir->fd = -1;
    dir->output_fd = -1;
    dir->console_fd = -1;
    if (!open_and_lock(dir, error) || !check_and_empty(dir, error)) {
        return NULL;
    }
    return g_steal_pointer(&dir);
}

void run_dir_close(RunDir *dir)
{
    if (dir != NULL) {
        const int fds[] = { dir->console_fd, dir->output_fd, dir->fd };
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
            if (fds[i] >= 0) {
                close(fds[i]);
            }
        }
        g_free(dir->path);
        g_free(dir);
    }
}

static void remove_folder(int fd, const char *name,
                          const char *const *suffixes)
{
    int folder = openat(fd, name,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (folder >= 0) {
        remove_files(folder, suffixes);
        close(folder);
        unlinkat(fd, name, AT_REMOVEDIR);
    }
}

void run_dir_remove_bulk(const char *path)
{
    static const char *const names[] = {
        RUN_DIR_TRACE, RUN_DIR_RAMDISK, RUN_DIR_KERNEL,
    };
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return;
    }
    remove_folder(fd, OUTPUT_FOLDER, output_suffixes);
    remove_folder(fd, CONSOLE_FOLDER, console_suffixes);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        unlinkat(fd, names[i], 0);
    }
    close(fd);
}

void run_dir_remove(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return;
    }
    remove_folder(fd, OUTPUT_FOLDER, output_suffixes);
    remove_folder(fd, CONSOLE_FOLDER, console_suffixes);
    for (size_t i = 0; i < G_N_ELEMENTS(known_names); i++) {
        unlinkat(fd, known_names[i], 0);
    }
    close(fd);
    rmdir(path);
}

static bool check_exists(const char *path, const char *name, GError **error)
{
    g_autofree char *file = g_build_filename(path, name, NULL);

    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return godwit_misuse(error, "%s is not a directory; name one that "
                             "'godwit run' made", path);
    }
    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        return godwit_misuse(error, "%s has no %s: not the directory of a "
                             "finished run", path, name);
    }
    return true;
}

Manifest *run_dir_read_manifest(const char *path, GError **error)
{
    g_autofree char *name = g_build_filename(path, RUN_DIR_MANIFEST, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;

    if (!check_exists(path, RUN_DIR_MANIFEST, error)) {
        return NULL;
    }
    if (!g_file_get_contents(name, &text, NULL, &cause)) {
        godwit_fail(error, "%s", cause->message);
        return NULL;
    }
    Manifest *manifest = manifest_from_json(text, &cause);
    if (manifest == NULL) {
        godwit_fail(error, "%s: %s", name, cause->message);
    }
    return manifest;
}

char *run_dir_read_result(const char *path, Result **result, GError **error)
{
    g_autofree char *name = g_build_filename(path, RUN_DIR_RESULT, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;

    if (!check_exists(path, RUN_DIR_RESULT, error)) {
        return NULL;
    }
    if (!g_file_get_contents(name, &text, NULL, &cause)) {
        godwit_fail(error, "%s", cause->message);
        return NULL;
    }
    g_autoptr(Result) read = result_from_json(text, &cause);
    if (read == NULL) {
        godwit_fail(error, "%s: %s", name, cause->message);
        return NULL;
    }
    if (result != NULL) {
        *result = g_steal_pointer(&read);
    }
    return g_steal_pointer(&text);
}

char *run_dir_output_name(const char *process, unsigned stream)
{
    return g_strconcat(OUTPUT_FOLDER "/", process, output_suffixes[stream],
                       NULL);
}

char *run_dir_console_tail(const RunDir *dir, uint32_t node)
{
    g_autofree char *name = g_strdup_printf("%u.log", node);
    char bytes[TAIL_BYTES + 1];
    int fd = openat(dir->console_fd, name, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return g_strdup("");
    }
    off_t end = lseek(fd, 0, SEEK_END);
    ssize_t got = pread(fd, bytes, TAIL_BYTES, MAX(end - TAIL_BYTES, 0));
    close(fd);
    bytes[MAX(got, 0)] = '\0';
    g_autofree char *text = g_utf8_make_valid(bytes, -1);
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    GString *tail = g_string_new(NULL);
    unsigned found = 0;
    for (unsigned i = g_strv_length(lines); i > 0 && found < TAIL_LINES; i--) {
        const char *line = g_strstrip(lines[i - 1]);
        if (*line != '\0') {
            g_string_prepend(tail, found > 0 ? " | " : "");
            g_string_prepend(tail, line);
            found++;
        }
    }
    return g_string_free(tail, FALSE);
}
