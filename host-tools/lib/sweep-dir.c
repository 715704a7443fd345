/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of a sweep.
 */
#include "sweep-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "run-dir.h"
#include "sweep-key.h"

#define POINTS_FOLDER   "points"
#define PART_SUFFIX     ".part"

/* The runs of a sweep that was killed end within moments, and keep the lock
 * until then. */
#define LOCK_WAIT_MS    5000u
#define LOCK_POLL_MS    10u

char *sweep_dir_point(const SweepDir *dir, const char *key)
{
    return g_build_filename(dir->path, POINTS_FOLDER, key, NULL);
}

char *sweep_dir_part(const SweepDir *dir, const char *key)
{
    g_autofree char *point = sweep_dir_point(dir, key);

    return g_strconcat(point, PART_SUFFIX, NULL);
}

static bool check_is_sweep(const char *path, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        if (strcmp(name, POINTS_FOLDER) != 0 &&
            strcmp(name, SWEEP_DIR_CSV) != 0 &&
            strcmp(name, SWEEP_DIR_JSON) != 0) {
            return godwit_misuse(error, "%s is not empty and not of a sweep; "
                                 "name another one with -o", path);
        }
    }
    return true;
}

static bool lock(const SweepDir *dir, GError **error)
{
    for (unsigned ms = 0; flock(dir->fd, LOCK_EX | LOCK_NB) != 0;
         ms += LOCK_POLL_MS) {
        if (errno != EWOULDBLOCK) {
            return godwit_fail_errno(error, "cannot lock %s", dir->path);
        }
        if (ms >= LOCK_WAIT_MS) {
            return godwit_fail(error, "%s is in use by another sweep; name "
                               "another directory with -o", dir->path);
        }
        g_usleep(LOCK_POLL_MS * 1000);
    }
    return true;
}

/* Half-written runs, of whatever sweep. */
static void remove_parts(const char *points)
{
    g_autoptr(GDir) folder = g_dir_open(points, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        if (g_str_has_suffix(name, PART_SUFFIX)) {
            g_autofree char *path = g_build_filename(points, name, NULL);
            run_dir_remove(path);
        }
    }
}

static bool prepare(const SweepDir *dir, GError **error)
{
    static const char *const results[] = { SWEEP_DIR_CSV, SWEEP_DIR_JSON };
    g_autofree char *points = sweep_dir_point(dir, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        if (unlinkat(dir->fd, results[i], 0) != 0 && errno != ENOENT) {
            return godwit_fail_errno(error, "cannot remove %s/%s", dir->path,
                                     results[i]);
        }
    }
    if (mkdir(points, 0777) != 0 && errno != EEXIST) {
        return godwit_fail_errno(error, "cannot create %s", points);
    }
    remove_parts(points);
    return true;
}

SweepDir *sweep_dir_open(const char *path, GError **error)
{
    g_autoptr(SweepDir) dir = g_new0(SweepDir, 1);

    dir->path = g_strdup(path);
    dir->fd = -1;
    if (!check_is_sweep(path, error)) {
        return NULL;
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        godwit_fail_errno(error, "cannot create %s", path);
        return NULL;
    }
    dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0) {
        godwit_fail_errno(error, "cannot open %s", path);
        return NULL;
    }
    return lock(dir, error) && prepare(dir, error) ? g_steal_pointer(&dir)
                                                   : NULL;
}

void sweep_dir_close(SweepDir *dir)
{
    if (dir != NULL) {
        if (dir->fd >= 0) {
            close(dir->fd);
        }
        g_free(dir->path);
        g_free(dir);
    }
}

Result *sweep_dir_check(const char *folder, const char *key, bool whole,
                        GError **error)
{
    g_autoptr(Result) result = NULL;
    g_autofree char *text = run_dir_read_result(folder, &result, error);
    g_autofree char *trace = g_build_filename(folder, RUN_DIR_TRACE, NULL);
    char found[SHA256_TEXT];

    if (text == NULL || !sweep_key_of_run(folder, found, error)) {
        return NULL;
    }
    if (strcmp(found, key) != 0) {
        godwit_fail(error, "%s is of another experiment; was a file changed "
                    "meanwhile?", folder);
        return NULL;
    }
    result_compute_digest(result, found);
    if (strcmp(found, result->digest) != 0) {
        godwit_fail(error, "%s is damaged: its digest is not of what it tells",
                    folder);
        return NULL;
    }
    if (whole && !g_file_test(trace, G_FILE_TEST_EXISTS)) {
        godwit_fail(error, "%s has its results alone", folder);
        return NULL;
    }
    return g_steal_pointer(&result);
}

bool sweep_dir_keep(const SweepDir *dir, const char *key, bool whole,
                    GError **error)
{
    g_autofree char *part = sweep_dir_part(dir, key);
    g_autofree char *point = sweep_dir_point(dir, key);

    if (!whole) {
        run_dir_remove_bulk(part);
    }
    /* What has the name already was looked at, and is of no use. */
    run_dir_remove(point);
    if (rename(part, point) != 0) {
        return godwit_fail_errno(error, "cannot rename %s to %s", part, point);
    }
    return true;
}
