/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment: what runs on which node, what moves when, how the nodes are
 * connected, and what goes wrong. docs/specs/experiment.md describes the file
 * it is read from.
 *
 * An Experiment that a function returned is valid: every number is in range,
 * every name refers to something that exists.
 */
#ifndef LIB_EXPERIMENT_H
#define LIB_EXPERIMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "costs.h"
#include "ini-file.h"

#include "hw/abi/link.h"

/* What the testbed puts into the RAM disk by itself. */
#define EXPERIMENT_BIN      "/bin"

/* A quantity or choice that was not given and has no default. */
#define EXPERIMENT_NONE         UINT64_MAX
#define EXPERIMENT_NO_CHOICE    UINT32_MAX

/* A [node N], or what [cluster] says of all nodes. */
typedef struct {
    char *group;
    char *number;
    uint32_t preset;            /* in preset_machine_names, or
                                 * EXPERIMENT_NO_CHOICE */
    uint64_t memory_bytes;
    uint64_t clock_hz;
    uint32_t cost;              /* in cost_tables */
    uint64_t read_ns;           /* of the bridge, for an exported page */
    /* made of the above */
    uint64_t node;
} ExperimentMachine;

/* A node as it is in the end. */
typedef struct {
    uint64_t memory_bytes;
    uint64_t clock_hz;
    uint32_t clock_num;         /* a cycle takes num / den ns, reduced */
    uint32_t clock_den;
    uint32_t cost[COST_CLASS_COUNT];    /* cycles */
    uint64_t read_ns;
    uint64_t insn_max_ns;       /* the longest instruction, rounded up */
} ExperimentNode;

/* A [link A-B], or the [link] of all other pairs; the same both ways. */
typedef struct {
    char *group;
    char *pair;
    uint32_t preset;            /* in preset_link_names, or
                                 * EXPERIMENT_NO_CHOICE */
    uint64_t latency_ns;
    uint64_t bits_per_s;
    uint64_t overhead_ns;
    uint64_t mtu_bytes;         /* EXPERIMENT_NONE: one frame per message */
    uint64_t framing_bytes;
    uint32_t topology;          /* EXPERIMENT_SWITCH, EXPERIMENT_DIRECT */
    /* probabilities, UNIT_PROBABILITY */
    uint64_t loss;
    uint64_t corruption;
    uint64_t duplication;
    uint64_t reordering;
    uint64_t delay;
    uint64_t late_ns;
} ExperimentLink;

enum { EXPERIMENT_SWITCH, EXPERIMENT_DIRECT };

/* A [fault N]. */
typedef struct {
    char *group;
    char *number;
    char *link;                 /* "A-B", from A to B */
    uint32_t kind;              /* enum mb_link_fault_kind - 1 */
    uint64_t message;           /* EXPERIMENT_NONE for down */
    uint64_t at_ns;             /* EXPERIMENT_NONE for all others, so is */
    uint64_t until_ns;
    uint64_t late_ns;
    /* made of the above */
    uint64_t id;
    uint64_t source;
    uint64_t target;
} ExperimentFault;

/* A [crash N]: either at_ns or message is EXPERIMENT_NONE. */
typedef struct {
    char *group;
    char *number;
    uint64_t at_ns;
    uint64_t message;           /* after so many have left */
    /* made of the above */
    uint64_t node;
} ExperimentCrash;

/* A [file PATH]. */
typedef struct {
    char *group;                /* its name in the file, for errors */
    char *path;                 /* in the RAM disk, absolute */
    char *source;               /* on this host, absolute */
    bool executable;
} ExperimentFile;

/* A [process NAME]. */
typedef struct {
    char *group;
    char *name;
    uint64_t node;
    char *command;
    uint64_t start_ns;
    char *environment;          /* "" for none */
    char *input;                /* "" for none */
    /* made of the above */
    char **argv;
    char **envp;
    char *program;              /* in the RAM disk, absolute */
} ExperimentProcess;

/* A [migration N]. */
typedef struct {
    char *group;
    char *number;
    char *process;
    uint64_t at_ns;
    uint64_t target;
    uint64_t repeat;            /* 1, and the two below not given, once all
                                 * that it stands for are there */
    uint64_t every_ns;
    uint64_t back;
    uint32_t algorithm_number;
    uint32_t pager;             /* enum pager */
    uint32_t without;           /* techniques, enum technique_set */
    /* made of the above */
    uint64_t id;
    uint32_t process_index;
} ExperimentMigration;

typedef struct {
    bool sealed;                /* see ExperimentOptions */
    char *name;
    uint64_t seed;
    uint64_t until_ns;
    uint64_t node_count;
    uint64_t file_server;       /* node, or EXPERIMENT_NONE */
    uint32_t disk;              /* enum disk_preset */
    ExperimentMachine machine;  /* of the nodes without a [node N] */
    uint64_t cost[COST_CLASS_COUNT];    /* EXPERIMENT_NONE: by the table */
    GPtrArray *machines;        /* of ExperimentMachine */
    bool has_link;
    ExperimentLink link;        /* of the pairs without a [link A-B] */
    GPtrArray *links;           /* of ExperimentLink */
    GPtrArray *faults;          /* of ExperimentFault */
    GPtrArray *crashes;         /* of ExperimentCrash */
    GPtrArray *files;           /* of ExperimentFile */
    GPtrArray *processes;       /* of ExperimentProcess, in the file's order */
    GPtrArray *migrations;      /* of ExperimentMigration, by time, then id */
    /* made of the above */
    ExperimentNode *nodes;      /* node_count of them */
    const ExperimentLink **pairs;   /* [a * node_count + b]; NULL: no link */
} Experiment;

typedef struct {
    const char *const *sets;    /* "group.key=value", NULL at the end */
    bool no_migrations;
    bool sealed;                /* a RAM disk is there: programs and sources
                                 * are not looked for on this host */
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

/* The experiment as a file with every key written out: reading it gives the
 * same experiment. */
char *experiment_format(const Experiment *experiment);

const ExperimentFile *experiment_find_file(const Experiment *experiment,
                                           const char *path);
/* Made to be used in file names: no separators, no leading dot or dash. */
bool experiment_is_name(const char *text);
/* The least memory that a node has. */
uint64_t experiment_memory_min(const Experiment *experiment);

/* What connects two nodes, the same both ways; NULL: nothing does. */
const ExperimentLink *experiment_link(const Experiment *experiment,
                                      uint64_t a, uint64_t b);
/* The link from source to target as the bridges compute with it, without its
 * place in a segment: faults_offset is 0. False: there is none. */
bool experiment_link_model(const Experiment *experiment, uint64_t source,
                           uint64_t target, struct mb_link_model *model);

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
/* The N of [KIND N]: canonical, so that no two groups mean the same. */
bool experiment_check_number(const IniFile *ini, const char *group,
                             const char *number, uint64_t least, uint64_t *value,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-nodes.c: makes `nodes`. */
bool experiment_check_machines(Experiment *experiment, const IniFile *ini,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-links.c: makes `pairs`. */
bool experiment_check_links(Experiment *experiment, const IniFile *ini,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Reads "A-B" as two nodes that there are; `key` is where it stands, NULL for
 * the group's argument. */
bool experiment_check_pair(const Experiment *experiment, const IniFile *ini,
                           const char *group, const char *key,
                           const char *text, uint64_t *a, uint64_t *b,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-faults.c */
bool experiment_check_faults(Experiment *experiment, const IniFile *ini,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool experiment_check_crashes(Experiment *experiment, const IniFile *ini,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-migrations.c: also puts them into the order of time. */
bool experiment_check_migrations(Experiment *experiment, const IniFile *ini,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-repeat.c: makes those that a repeated one stands for. */
bool experiment_repeat_migrations(Experiment *experiment, const IniFile *ini,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* experiment-command.c: words of the command, the program they name. */
bool experiment_resolve_command(const Experiment *experiment,
                                const IniFile *ini, ExperimentProcess *process,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
