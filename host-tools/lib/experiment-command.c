/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands of an experiment: words, environment, and the program they name
 * (docs/specs/experiment.md, "Commands").
 */
#include "experiment.h"

#include <string.h>

#include "error.h"
#include "nearest.h"
#include "testbed.h"

#include "hw/abi/plan.h"

/* Splits as a shell would; no words for an empty text. */
static bool split(const ExperimentProcess *process, const IniFile *ini,
                  const char *key, const char *text, char ***words,
                  GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (g_shell_parse_argv(text, NULL, words, &cause)) {
        return true;
    }
    if (g_error_matches(cause, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING)) {
        *words = g_new0(char *, 1);
        return true;
    }
    return ini_file_fail(ini, process->group, key, error,
                         "cannot be split into words: %s", cause->message);
}

static bool fail_program(const Experiment *experiment, const IniFile *ini,
                         const ExperimentProcess *process, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) shipped = testbed_programs();

    for (size_t i = 0; shipped[i] != NULL; i++) {
        g_ptr_array_add(names, shipped[i]);
    }
    for (unsigned i = 0; i < experiment->files->len; i++) {
        const ExperimentFile *file = experiment->files->pdata[i];
        if (file->executable) {
            g_ptr_array_add(names, file->path);
        }
    }
    g_autofree char *remedy = nearest_remedy(
        process->argv[0], (const char *const *)names->pdata, names->len);
    return ini_file_fail(ini, process->group, "command", error,
                         "there is no program '%s'%s", process->argv[0],
                         remedy);
}

/* Finds what argv[0] means: a [file], or a program of the testbed. */
static bool find_program(const Experiment *experiment, const IniFile *ini,
                         ExperimentProcess *process, GError **error)
{
    const char *word = process->argv[0];
    const ExperimentFile *file;

    process->program = *word == '/' ? g_strdup(word)
        : g_strdup_printf(EXPERIMENT_BIN "/%s", word);
    if (experiment->sealed) {
        return true;
    }
    file = experiment_find_file(experiment, process->program);
    if (file != NULL && !file->executable) {
        return ini_file_fail(ini, process->group, "command", error,
                             "%s is not executable; use chmod +x on %s",
                             file->path, file->source);
    }
    if (file != NULL) {
        return true;
    }
    if (g_str_has_prefix(process->program, EXPERIMENT_BIN "/")) {
        g_autofree char *path =
            testbed_program(process->program + strlen(EXPERIMENT_BIN "/"));
        if (path != NULL) {
            return true;
        }
    }
    return fail_program(experiment, ini, process, error);
}

static bool check_environment(const IniFile *ini,
                              const ExperimentProcess *process, GError **error)
{
    for (size_t i = 0; process->envp[i] != NULL; i++) {
        const char *equals = strchr(process->envp[i], '=');
        if (equals == NULL || equals == process->envp[i]) {
            return ini_file_fail(ini, process->group, "environment", error,
                                 "'%s' is not NAME=VALUE", process->envp[i]);
        }
    }
    return true;
}

bool experiment_resolve_command(const Experiment *experiment,
                                const IniFile *ini, ExperimentProcess *process,
                                GError **error)
{
    if (!split(process, ini, "command", process->command, &process->argv,
               error) ||
        !split(process, ini, "environment", process->environment,
               &process->envp, error) ||
        !check_environment(ini, process, error)) {
        return false;
    }
    if (process->argv[0] == NULL || *process->argv[0] == '\0') {
        return ini_file_fail(ini, process->group, "command", error,
                             "names no program");
    }
    if (g_strv_length(process->argv) + g_strv_length(process->envp) >
        MB_PLAN_ARGS) {
        return ini_file_fail(ini, process->group, "command", error,
                             "more than %u words with the environment",
                             MB_PLAN_ARGS);
    }
    return find_program(experiment, ini, process, error);
}
