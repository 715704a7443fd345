/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups and keys of an experiment file (docs/specs/experiment.md).
 */
#include "keys.h"

#include <string.h>

#include "experiment.h"
#include "nearest.h"

#include "guest/include/uapi/algorithms.h"

#define TEXT(name, fallback, type, member, doc) \
    { name, KEY_TEXT, UNIT_NONE, fallback, NULL, NULL, \
      offsetof(type, member), doc }
#define QUANTITY(name, unit, fallback, least, most, type, member, doc) \
    { name, KEY_QUANTITY, unit, fallback, least, most, \
      offsetof(type, member), doc }

static const KeySpec experiment_keys[] = {
    TEXT("name", NULL, Experiment, name,
         "names the run; letters, digits, '.', '-' and '_'"),
    QUANTITY("seed", UNIT_NONE, "1", "0", "9223372036854775807",
             Experiment, seed, "of all that is random in the guests"),
    QUANTITY("until", UNIT_TIME, "60s", "1us", "100h", Experiment, until_ns,
             "virtual time after which the run fails"),
};

static const KeySpec cluster_keys[] = {
    QUANTITY("nodes", UNIT_NONE, NULL, "1", "16", Experiment, node_count,
             "machines, numbered from 0"),
    QUANTITY("memory", UNIT_SIZE, "64MiB", "16MiB", "2GiB", Experiment,
             memory_bytes, "of each node; a multiple of 4KiB"),
    QUANTITY("clock", UNIT_FREQUENCY, "1GHz", "7812500Hz", "1GHz", Experiment,
             clock_hz, "instructions per second; 1GHz halved up to 7 times"),
};

static const KeySpec link_keys[] = {
    QUANTITY("latency", UNIT_TIME, NULL, "100ns", "10s", Experiment,
             latency_ns, "from a message's last bit out to its delivery"),
    QUANTITY("bandwidth", UNIT_RATE, NULL, "1kbit/s", "1000Gbit/s", Experiment,
             bits_per_s, "of each direction of each pair of nodes"),
};

static const KeySpec file_keys[] = {
    TEXT("source", NULL, ExperimentFile, source,
         "file on this host, relative to the experiment file"),
};

static const KeySpec process_keys[] = {
    QUANTITY("node", UNIT_NONE, NULL, "0", "255", ExperimentProcess, node,
             "where it starts"),
    TEXT("command", NULL, ExperimentProcess, command,
         "program and arguments, split into words as a shell would"),
    QUANTITY("start", UNIT_TIME, "0s", "0s", "100h", ExperimentProcess,
             start_ns, "virtual time of its first instruction"),
    TEXT("environment", "", ExperimentProcess, environment,
         "NAME=VALUE words, split as a shell would"),
    TEXT("input", "", ExperimentProcess, input,
         "path of a [file] that is its standard input"),
};

static const KeySpec migration_keys[] = {
#define X(symbol, number, name) " " name
    TEXT("process", NULL, ExperimentMigration, process,
         "NAME of a [process]"),
    QUANTITY("at", UNIT_TIME, NULL, "0s", "100h", ExperimentMigration, at_ns,
             "virtual time"),
    QUANTITY("to", UNIT_NONE, NULL, "0", "255", ExperimentMigration, target,
             "node that takes it"),
    TEXT("algorithm", NULL, ExperimentMigration, algorithm,
         "one of" GODWIT_ALGORITHMS(X)),
#undef X
};

#define KEYS(table) table, G_N_ELEMENTS(table)

const GroupSpec keys_groups[GROUP_COUNT] = {
    [GROUP_EXPERIMENT] = { "experiment", NULL, true, KEYS(experiment_keys),
        "The run as a whole." },
    [GROUP_CLUSTER] = { "cluster", NULL, true, KEYS(cluster_keys),
        "The machines, all alike." },
    [GROUP_LINK] = { "link", NULL, true, KEYS(link_keys),
        "What connects every two nodes." },
    [GROUP_FILE] = { "file", "PATH", false, KEYS(file_keys),
        "A file in the RAM disk of every node; the x bit is kept." },
    [GROUP_PROCESS] = { "process", "NAME", false, KEYS(process_keys),
        "A program to run; at least one." },
    [GROUP_MIGRATION] = { "migration", "N", false, KEYS(migration_keys),
        "A move of a process to another node." },
};

const GroupSpec *keys_find_group(const char *group, const char **argument)
{
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        size_t length = strlen(spec->name);
        if (strncmp(group, spec->name, length) != 0) {
            continue;
        }
        if (spec->argument == NULL && group[length] == '\0') {
            *argument = NULL;
            return spec;
        }
        if (spec->argument != NULL && group[length] == ' ' &&
            group[length + 1] != '\0') {
            *argument = group + length + 1;
            return spec;
        }
    }
    return NULL;
}

const KeySpec *keys_find(const GroupSpec *spec, const char *name)
{
    for (size_t i = 0; i < spec->key_count; i++) {
        if (strcmp(spec->keys[i].name, name) == 0) {
            return &spec->keys[i];
        }
    }
    return NULL;
}

char *keys_group_remedy(const char *group)
{
    const char *names[GROUP_COUNT];
    g_autofree char *word = g_strndup(group, strcspn(group, " "));

    for (size_t i = 0; i < GROUP_COUNT; i++) {
        names[i] = keys_groups[i].name;
        if (keys_groups[i].argument != NULL &&
            strcmp(names[i], word) == 0) {
            return g_strdup_printf("; write [%s %s]", names[i],
                                   keys_groups[i].argument);
        }
        if (strcmp(names[i], word) == 0) {
            return g_strdup_printf("; write [%s]", names[i]);
        }
    }
    return nearest_remedy(word, names, GROUP_COUNT);
}

char *keys_key_remedy(const GroupSpec *spec, const char *name)
{
    g_autofree const char **names = g_new(const char *, spec->key_count);

    for (size_t i = 0; i < spec->key_count; i++) {
        names[i] = spec->keys[i].name;
    }
    return nearest_remedy(name, names, spec->key_count);
}

char *keys_describe(const KeySpec *key)
{
    static const char *const kinds[] = {
        [UNIT_NONE] = "number",
        [UNIT_TIME] = "time",
        [UNIT_SIZE] = "size",
        [UNIT_FREQUENCY] = "frequency",
        [UNIT_RATE] = "bandwidth",
    };
    GString *text = g_string_new(NULL);

    if (key->type == KEY_TEXT) {
        g_string_append(text, "text");
    } else {
        g_string_append_printf(text, "%s, %s to %s", kinds[key->unit],
                               key->least, key->most);
    }
    if (key->fallback == NULL) {
        g_string_append(text, ", required");
    } else {
        g_string_append_printf(text, ", default %s", *key->fallback != '\0'
                               ? key->fallback : "none");
    }
    return g_string_free(text, FALSE);
}

char *keys_help(void)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        g_string_append_printf(text, "%s[%s%s%s]  %s\n", i > 0 ? "\n" : "",
                               spec->name, spec->argument != NULL ? " " : "",
                               spec->argument != NULL ? spec->argument : "",
                               spec->doc);
        for (size_t k = 0; k < spec->key_count; k++) {
            g_autofree char *kind = keys_describe(&spec->keys[k]);
            g_string_append_printf(text, "  %-12s %s\n  %-12s   %s\n",
                                   spec->keys[k].name, spec->keys[k].doc, "",
                                   kind);
        }
    }
    return g_string_free(text, FALSE);
}
