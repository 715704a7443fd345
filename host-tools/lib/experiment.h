/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment: what runs on which node, what moves when, and how the nodes
 * are connected. docs/specs/experiment.md describes the file it is read from.
 *
 * An Experiment that a function returned is valid: every number is in range,
 * every name refers to something that exists.
 */
#ifndef LIB_EXPERIMENT_H
#define LIB_EXPERIMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "ini-file.h"

/* What the testbed puts into the RAM disk by itself. */
#define EXPERIMENT_BIN      "/bin"

/* A [file PATH]. */
typedef struct {
    char *path;                 /* in the RAM disk, absolute */
    char *source;               /* on this host, absolute */
    char *group;                /* its name in the file, for errors */
    bool executable;
} ExperimentFile;

/* A [process NAME]. */
typedef struct {
    char *name;
    uint64_t node;
    char *command;
    uint64_t start_ns;
    char *environment;          /* "" for none */
    char *input;                /* "" for none */
    char *group;
    /* made of the above */
    char **argv;
    char **envp;
    char *program;              /* in the RAM disk, absolute */
} ExperimentProcess;

/* A [migration N]. */
typedef struct {
    uint64_t id;
    char *process;
    uint64_t at_ns;
    uint64_t target;
    char *algorithm;
    char *group;
    /* made of the above */
    uint32_t process_index;
    uint32_t algorithm_number;
} ExperimentMigration;

typedef struct {
    char *name;
    uint64_t seed;
    uint64_t until_ns;
    uint64_t node_count;
    uint64_t memory_bytes;      /* of every node */
    uint64_t clock_hz;
    uint64_t latency_ns;
    uint64_t bits_per_s;
    GPtrArray *files;           /* of ExperimentFile */
    GPtrArray *processes;       /* of ExperimentProcess, in the file's order */
    GPtrArray *migrations;      /* of ExperimentMigration, by time, then id */
    /* made of the above */
    uint32_t clock_shift;       /* an instruction takes 2^shift ns */
} Experiment;

typedef struct {
    const char *const *sets;    /* "group.key=value", NULL at the end */
    bool no_migrations;
} ExperimentOptions;

/* Every error is GODWIT_ERROR_USAGE and names file, line and remedy. */
Experiment *experiment_load(const char *path, const ExperimentOptions *options,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of a file that is already read; `path` is what its sources are relative
 * to. */
Experiment *experiment_read(IniFile *ini, const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void experiment_free(Experiment *experiment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Experiment, experiment_free)

/* The experiment as a file with every key written out. */
char *experiment_format(const Experiment *experiment);

const ExperimentFile *experiment_find_file(const Experiment *experiment,
                                           const char *path);

/* Parts of reading, in files of their own. */

/* experiment-check.c: what a key's own range does not tell. */
bool experiment_check(Experiment *experiment, const IniFile *ini,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool experiment_check_node(const Experiment *experiment, const IniFile *ini,
                           const char *group, const char *key, uint64_t node,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool experiment_check_before_end(const Experiment *experiment,
                                 const IniFile *ini, const char *group,
                                 const char *key, uint64_t time,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-migrations.c: also puts them into the order of time. */
bool experiment_check_migrations(Experiment *experiment, const IniFile *ini,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-command.c: words of the command, the program they name. */
bool experiment_resolve_command(const Experiment *experiment,
                                const IniFile *ini, ExperimentProcess *process,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
