/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the keys of an experiment mean together: names refer to something,
 * times are in order, everything fits (docs/specs/experiment.md).
 */
#include "experiment.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "nearest.h"
#include "units.h"

#include "hw/abi/plan.h"

#define FILES_MAX       4096u
#define PATH_BYTES_MAX  255u
#define NAME_BYTES_MAX  64u

/* Folders of the RAM disk that belong to the testbed or to the kernel. */
static const char *const reserved_paths[] = {
    "/bin", "/dev", "/etc", "/etc/godwit", "/proc", "/tmp",
};
static const char *const reserved_folders[] = {
    "/dev/", "/etc/godwit/", "/proc/",
};

bool experiment_is_name(const char *text)
{
    if (*text == '.' || *text == '-' || strlen(text) > NAME_BYTES_MAX) {
        return false;
    }
    for (const char *p = text; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("._-", *p) == NULL) {
            return false;
        }
    }
    return *text != '\0';
}

static bool fail_name(const IniFile *ini, const char *group, const char *key,
                      GError **error)
{
    return ini_file_fail(ini, group, key, error, "a name is made of at most "
                         "%u letters, digits, '.', '-' and '_', and starts "
                         "with none of the marks but '_'", NAME_BYTES_MAX);
}

bool experiment_check_number(const IniFile *ini, const char *group,
                             const char *number, uint64_t least,
                             uint64_t *value, GError **error)
{
    g_autofree char *canonical = NULL;

    if (unit_parse(UNIT_NONE, number, value, NULL)) {
        canonical = unit_format(UNIT_NONE, *value);
    }
    if (canonical == NULL || strcmp(canonical, number) != 0 ||
        *value < least || *value > UINT32_MAX) {
        return ini_file_fail(ini, group, NULL, error, "write [%.*s N] with a "
                             "number from %" G_GUINT64_FORMAT,
                             (int)strcspn(group, " "), group, least);
    }
    return true;
}

static bool check_name(const Experiment *experiment, const IniFile *ini,
                       GError **error)
{
    return experiment_is_name(experiment->name) ||
        fail_name(ini, "experiment", "name", error);
}

static bool is_normal_path(const char *path)
{
    if (*path != '/' || path[1] == '\0' || strlen(path) > PATH_BYTES_MAX) {
        return false;
    }
    g_auto(GStrv) parts = g_strsplit(path + 1, "/", -1);
    for (size_t i = 0; parts[i] != NULL; i++) {
        if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0 ||
            strcmp(parts[i], "..") == 0) {
            return false;
        }
    }
    return true;
}

static bool check_path(const IniFile *ini, const ExperimentFile *file,
                       GError **error)
{
    if (!is_normal_path(file->path)) {
        return ini_file_fail(ini, file->group, NULL, error, "the path in the "
                             "RAM disk must be absolute, without '.', '..' "
                             "and doubled '/', at most %u bytes long",
                             PATH_BYTES_MAX);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(reserved_paths); i++) {
        if (strcmp(file->path, reserved_paths[i]) == 0) {
            return ini_file_fail(ini, file->group, NULL, error,
                                 "%s is a folder; choose another path",
                                 file->path);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(reserved_folders); i++) {
        if (g_str_has_prefix(file->path, reserved_folders[i])) {
            return ini_file_fail(ini, file->group, NULL, error,
                                 "%s belongs to the testbed; choose another "
                                 "path", reserved_folders[i]);
        }
    }
    return true;
}

static bool check_source(const IniFile *ini, ExperimentFile *file,
                         GError **error)
{
    struct stat status;

    if (stat(file->source, &status) != 0) {
        return ini_file_fail(ini, file->group, "source", error,
                             "%s: %s; a source is relative to the experiment "
                             "file", file->source, g_strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return ini_file_fail(ini, file->group, "source", error,
                             "%s is not a regular file; name each file by "
                             "itself", file->source);
    }
    if (access(file->source, R_OK) != 0) {
        return ini_file_fail(ini, file->group, "source", error,
                             "%s cannot be read: %s", file->source,
                             g_strerror(errno));
    }
    file->executable = (status.st_mode & S_IXUSR) != 0;
    return true;
}

static bool check_files(const Experiment *experiment, const IniFile *ini,
                        GError **error)
{
    if (experiment->files->len > FILES_MAX) {
        return ini_file_fail(ini, NULL, NULL, error, "more than %u files",
                             FILES_MAX);
    }
    for (unsigned i = 0; i < experiment->files->len; i++) {
        ExperimentFile *file = experiment->files->pdata[i];
        if (!check_path(ini, file, error) ||
            (!experiment->sealed && !check_source(ini, file, error))) {
            return false;
        }
        for (unsigned k = 0; k < experiment->files->len; k++) {
            const ExperimentFile *other = experiment->files->pdata[k];
            size_t length = strlen(file->path);
            if (strncmp(file->path, other->path, length) == 0 &&
                other->path[length] == '/') {
                return ini_file_fail(ini, file->group, NULL, error,
                                     "is a folder for [%s] as well",
                                     other->group);
            }
        }
    }
    return true;
}

bool experiment_check_node(const Experiment *experiment, const IniFile *ini,
                           const char *group, const char *key, uint64_t node,
                           GError **error)
{
    if (node >= experiment->node_count) {
        return ini_file_fail(ini, group, key, error, "there is no node %"
                             G_GUINT64_FORMAT "; the cluster has nodes 0 to %"
                             G_GUINT64_FORMAT, node,
                             experiment->node_count - 1);
    }
    return true;
}

bool experiment_check_before_end(const Experiment *experiment,
                                 const IniFile *ini, const char *group,
                                 const char *key, uint64_t time,
                                 GError **error)
{
    if (time >= experiment->until_ns) {
        g_autofree char *until = unit_format(UNIT_TIME, experiment->until_ns);
        return ini_file_fail(ini, group, key, error, "is not before the end "
                             "of the run, [experiment] until = %s", until);
    }
    return true;
}

static bool check_input(const Experiment *experiment, const IniFile *ini,
                        const ExperimentProcess *process, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    if (*process->input == '\0' ||
        experiment_find_file(experiment, process->input) != NULL) {
        return true;
    }
    for (unsigned i = 0; i < experiment->files->len; i++) {
        const ExperimentFile *file = experiment->files->pdata[i];
        g_ptr_array_add(names, file->path);
    }
    g_autofree char *remedy = nearest_remedy(
        process->input, (const char *const *)names->pdata, names->len);
    return ini_file_fail(ini, process->group, "input", error,
                         "there is no [file %s]%s", process->input, remedy);
}

static bool check_processes(const Experiment *experiment, const IniFile *ini,
                            GError **error)
{
    if (experiment->processes->len == 0) {
        return ini_file_fail(ini, NULL, NULL, error, "no [process NAME]; add "
                             "one with node and command");
    }
    if (experiment->processes->len > MB_PLAN_PROCESSES) {
        return ini_file_fail(ini, NULL, NULL, error, "more than %u processes",
                             MB_PLAN_PROCESSES);
    }
    for (unsigned i = 0; i < experiment->processes->len; i++) {
        ExperimentProcess *process = experiment->processes->pdata[i];
        if (!experiment_is_name(process->name)) {
            return fail_name(ini, process->group, NULL, error);
        }
        const char *group = process->group;
        if (!experiment_check_node(experiment, ini, group, "node",
                                   process->node, error) ||
            !experiment_check_before_end(experiment, ini, group, "start",
                                         process->start_ns, error) ||
            !check_input(experiment, ini, process, error) ||
            !experiment_resolve_command(experiment, ini, process, error)) {
            return false;
        }
    }
    return true;
}

bool experiment_check(Experiment *experiment, const IniFile *ini,
                      GError **error)
{
    return check_name(experiment, ini, error) &&
        experiment_check_machines(experiment, ini, error) &&
        experiment_check_links(experiment, ini, error) &&
        experiment_check_faults(experiment, ini, error) &&
        experiment_check_crashes(experiment, ini, error) &&
        check_files(experiment, ini, error) &&
        check_processes(experiment, ini, error) &&
        experiment_check_migrations(experiment, ini, error);
}
