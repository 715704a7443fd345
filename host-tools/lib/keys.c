/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups and keys of an experiment file (docs/specs/experiment.md).
 */
#include "keys.h"

#include <string.h>

#include "error.h"
#include "experiment.h"
#include "nearest.h"
#include "techniques.h"

#include "guest/include/uapi/algorithms.h"
#include "guest/include/uapi/disks.h"
#include "guest/include/uapi/pagers.h"

static const char *const algorithms[ALGORITHM_COUNT + 1] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};

static const char *const pagers[PAGER_COUNT + 1] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_PAGERS(X)
#undef X
};

static const char *const disks[DISK_PRESETS + 1] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_DISKS(X)
#undef X
};

static const char *const topologies[] = {
    [EXPERIMENT_SWITCH] = "switch", [EXPERIMENT_DIRECT] = "direct", NULL,
};

static const char *const fault_kinds[MB_LINK_FAULT_KINDS] = {
    [MB_LINK_FAULT_LOSS - 1] = "loss",
    [MB_LINK_FAULT_CORRUPTION - 1] = "corruption",
    [MB_LINK_FAULT_DUPLICATION - 1] = "duplication",
    [MB_LINK_FAULT_REORDERING - 1] = "reordering",
    [MB_LINK_FAULT_DELAY - 1] = "delay",
    [MB_LINK_FAULT_DOWN - 1] = "down",
};

#define TEXT(name, fallback, type, member, doc) \
    { name, KEY_TEXT, UNIT_NONE, NULL, fallback, NULL, NULL, \
      offsetof(type, member), doc }
#define QUANTITY(name, unit, fallback, least, most, type, member, doc) \
    { name, KEY_QUANTITY, unit, NULL, fallback, least, most, \
      offsetof(type, member), doc }
#define CHOICE(name, choices, fallback, type, member, doc) \
    { name, KEY_CHOICE, UNIT_NONE, choices, fallback, NULL, NULL, \
      offsetof(type, member), doc }

#define TECHNIQUES(name, fallback, type, member, doc) \
    { name, KEY_TECHNIQUES, UNIT_NONE, NULL, fallback, NULL, NULL, \
      offsetof(type, member), doc }

static const KeySpec experiment_keys[] = {
    TEXT("name", NULL, Experiment, name,
         "names the run; letters, digits, '.', '-' and '_'"),
    QUANTITY("seed", UNIT_NONE, "1", "0", "9223372036854775807",
             Experiment, seed,
             "of all that is random in the guests and on the links"),
    QUANTITY("until", UNIT_TIME, "60s", "1us", "100h", Experiment, until_ns,
             "virtual time after which the run fails"),
};

/* What [cluster] says of all nodes and [node N] of one. */
#define MACHINE_KEYS(type, prefix) \
    CHOICE("preset", preset_machine_names, "", type, prefix preset, \
           "a machine with a name: sets what other keys do not"), \
    QUANTITY("memory", UNIT_SIZE, "64MiB", "16MiB", "2GiB", type, \
             prefix memory_bytes, "of a node; a multiple of 4KiB"), \
    QUANTITY("clock", UNIT_FREQUENCY, "1GHz", "10MHz", "4GHz", type, \
             prefix clock_hz, "cycles per second"), \
    CHOICE("cost", cost_tables, "insn", type, prefix cost, \
           "cycles per instruction: one each, or by class"), \
    QUANTITY("dma", UNIT_TIME, "100ns", "1ns", "1s", type, prefix read_ns, \
             "what its bridge needs for a page that it serves by itself")

static const KeySpec cluster_keys[] = {
    QUANTITY("nodes", UNIT_NONE, NULL, "1", "256", Experiment, node_count,
             "machines, numbered from 0"),
    MACHINE_KEYS(Experiment, machine.),
    QUANTITY("file_server", UNIT_NONE, "", "0", "255", Experiment,
             file_server, "node that serves /srv to all of them"),
    CHOICE("disk", disks, "none", Experiment, disk,
           "what the file server keeps its files on"),
};

static const KeySpec node_keys[] = {
    MACHINE_KEYS(ExperimentMachine, ),
};

static const KeySpec cost_keys[] = {
#define X(symbol, name, static_cycles, scalar_cycles, doc) \
    QUANTITY(name, UNIT_NONE, "", "1", "127", Experiment, \
             cost[COST_##symbol], doc),
    COST_CLASSES(X)
#undef X
};

static const KeySpec link_keys[] = {
    CHOICE("preset", preset_link_names, "", ExperimentLink, preset,
           "a link with a name: sets what other keys do not"),
    QUANTITY("latency", UNIT_TIME, NULL, "100ns", "10s", ExperimentLink,
             latency_ns, "of a bit, from port to port"),
    QUANTITY("bandwidth", UNIT_RATE, NULL, "1kbit/s", "1000Gbit/s",
             ExperimentLink, bits_per_s, "of each direction"),
    QUANTITY("overhead", UNIT_TIME, "0ns", "0ns", "1s", ExperimentLink,
             overhead_ns, "per message, before its first bit"),
    QUANTITY("mtu", UNIT_SIZE, "", "64B", "64KiB", ExperimentLink, mtu_bytes,
             "most that a frame carries; a message is one frame without it"),
    QUANTITY("framing", UNIT_SIZE, "0B", "0B", "1KiB", ExperimentLink,
             framing_bytes, "what a frame takes on the wire besides"),
    CHOICE("topology", topologies, "switch", ExperimentLink, topology,
           "with a switch, a node receives one message at a time"),
    QUANTITY("loss", UNIT_PROBABILITY, "0", "0", "1", ExperimentLink, loss,
             "that a message never arrives"),
    QUANTITY("corruption", UNIT_PROBABILITY, "0", "0", "1", ExperimentLink,
             corruption, "that it arrives and is thrown away"),
    QUANTITY("duplication", UNIT_PROBABILITY, "0", "0", "1", ExperimentLink,
             duplication, "that it arrives once more, `late` behind"),
    QUANTITY("reordering", UNIT_PROBABILITY, "0", "0", "1", ExperimentLink,
             reordering, "that it arrives `late`, behind later ones"),
    QUANTITY("delay", UNIT_PROBABILITY, "0", "0", "1", ExperimentLink, delay,
             "that it arrives `late`"),
    QUANTITY("late", UNIT_TIME, "", "1ns", "10s", ExperimentLink, late_ns,
             "what such messages lose; the latency if not given"),
};

static const KeySpec fault_keys[] = {
    TEXT("link", NULL, ExperimentFault, link,
         "A-B: of messages from node A to node B"),
    CHOICE("kind", fault_kinds, NULL, ExperimentFault, kind,
           "what happens; as the keys of [link], or the link is down"),
    QUANTITY("message", UNIT_NONE, "", "0", "9223372036854775807",
             ExperimentFault, message,
             "to which, counted from 0 on this link; not for down"),
    QUANTITY("at", UNIT_TIME, "", "0s", "100h", ExperimentFault, at_ns,
             "for down: from this time on"),
    QUANTITY("until", UNIT_TIME, "", "1ns", "100h", ExperimentFault, until_ns,
             "for down: up to this time"),
    QUANTITY("late", UNIT_TIME, "", "1ns", "10s", ExperimentFault, late_ns,
             "what it loses; that of the link if not given"),
};

static const KeySpec crash_keys[] = {
    QUANTITY("at", UNIT_TIME, "", "0s", "100h", ExperimentCrash, at_ns,
             "virtual time; or:"),
    QUANTITY("message", UNIT_NONE, "", "1", "9223372036854775807",
             ExperimentCrash, message,
             "when the last bit of so many messages of the node has left"),
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
    TEXT("process", NULL, ExperimentMigration, process,
         "NAME of a [process]"),
    QUANTITY("at", UNIT_TIME, NULL, "0s", "100h", ExperimentMigration, at_ns,
             "virtual time"),
    QUANTITY("to", UNIT_NONE, NULL, "0", "255", ExperimentMigration, target,
             "node that takes it"),
    CHOICE("algorithm", algorithms, NULL, ExperimentMigration,
           algorithm_number, "which pages travel when"),
    CHOICE("pager", pagers, "kernel", ExperimentMigration, pager,
           "who serves pages that are asked for, at the old host"),
    TECHNIQUES("techniques", "all", ExperimentMigration, without,
               "which of the six techniques it uses"),
    QUANTITY("repeat", UNIT_NONE, "1", "1", "4096", ExperimentMigration,
             repeat, "how often it is done, to and fro"),
    QUANTITY("every", UNIT_TIME, "", "1ns", "100h", ExperimentMigration,
             every_ns, "from one to the next, if it is repeated"),
    QUANTITY("back", UNIT_NONE, "", "0", "255", ExperimentMigration, back,
             "node that takes every second one, if it is repeated"),
};

#define KEYS(table) .keys = table, .key_count = G_N_ELEMENTS(table)
#define LIST(type, list, member) \
    .offset = offsetof(Experiment, list), .element_bytes = sizeof(type), \
    .argument_offset = offsetof(type, member)
#define PARENT(kind) .parent = &keys_groups[kind]
#define LINK_PRESETS .preset_key = "preset", .presets = &preset_links
#define MACHINE_PRESETS .preset_key = "preset", .presets = &preset_machines

const GroupSpec keys_groups[GROUP_COUNT] = {
    [GROUP_EXPERIMENT] = { "experiment", .required = true,
        KEYS(experiment_keys), .doc = "The run as a whole." },
    [GROUP_CLUSTER] = { "cluster", .required = true, KEYS(cluster_keys),
        MACHINE_PRESETS,
        .doc = "The machines." },
    [GROUP_COST] = { "cost", KEYS(cost_keys),
        .doc = "Cycles of single classes of instructions, on all nodes." },
    [GROUP_NODE] = { "node", "N", KEYS(node_keys), PARENT(GROUP_CLUSTER),
        MACHINE_PRESETS,
        LIST(ExperimentMachine, machines, number),
        .doc = "A node that is not as [cluster] says." },
    [GROUP_LINK] = { "link", KEYS(link_keys), LINK_PRESETS,
        .suggested_as = "link",
        .offset = offsetof(Experiment, link),
        .doc = "What connects every two nodes." },
    [GROUP_PAIR] = { "link", "A-B", KEYS(link_keys), LINK_PRESETS,
        PARENT(GROUP_LINK), LIST(ExperimentLink, links, pair),
        .doc = "What connects nodes A and B, both ways." },
    [GROUP_FAULT] = { "fault", "N", KEYS(fault_keys),
        LIST(ExperimentFault, faults, number),
        .doc = "Something that goes wrong on a link." },
    [GROUP_CRASH] = { "crash", "N", KEYS(crash_keys),
        LIST(ExperimentCrash, crashes, number),
        .doc = "Node N stops for good." },
    [GROUP_FILE] = { "file", "PATH", KEYS(file_keys),
        LIST(ExperimentFile, files, path),
        .doc = "A file in the RAM disk of every node; the x bit is kept." },
    [GROUP_PROCESS] = { "process", "NAME", KEYS(process_keys),
        LIST(ExperimentProcess, processes, name),
        .doc = "A program to run; at least one." },
    [GROUP_MIGRATION] = { "migration", "N", KEYS(migration_keys),
        LIST(ExperimentMigration, migrations, number),
        .doc = "A move of a process to another node." },
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

bool keys_parse_choice(const KeySpec *key, const char *text, uint32_t *value,
                       GError **error)
{
    size_t count = 0;

    for (; key->choices[count] != NULL; count++) {
        if (strcmp(key->choices[count], text) == 0) {
            *value = (uint32_t)count;
            return true;
        }
    }
    g_autofree char *remedy = nearest_remedy(text, key->choices, count);
    return godwit_misuse(error, "there is no %s '%s'%s", key->name, text,
                         remedy);
}

static void describe_values(const KeySpec *key, GString *text)
{
    static const char *const kinds[] = {
        [UNIT_NONE] = "number",
        [UNIT_TIME] = "time",
        [UNIT_SIZE] = "size",
        [UNIT_FREQUENCY] = "frequency",
        [UNIT_RATE] = "bandwidth",
        [UNIT_PROBABILITY] = "probability",
    };

    if (key->type == KEY_TEXT) {
        g_string_append(text, "text");
    } else if (key->type == KEY_QUANTITY) {
        g_string_append_printf(text, "%s, %s to %s", kinds[key->unit],
                               key->least, key->most);
    } else if (key->type == KEY_TECHNIQUES) {
        g_autofree char *list = techniques_describe();
        g_string_append(text, list);
    } else {
        g_autofree char *list = g_strjoinv(", ", (char **)key->choices);
        g_string_append_printf(text, "one of %s", list);
    }
}

char *keys_describe(const KeySpec *key)
{
    GString *text = g_string_new(NULL);

    describe_values(key, text);
    if (key->fallback == NULL) {
        g_string_append(text, ", required");
    } else {
        g_string_append_printf(text, ", default %s", *key->fallback != '\0'
                               ? key->fallback : "none");
    }
    return g_string_free(text, FALSE);
}

static void append_keys(GString *text, const GroupSpec *spec)
{
    for (size_t i = 0; i < spec->key_count; i++) {
        const KeySpec *key = &spec->keys[i];
        g_autofree char *kind = keys_describe(key);
        g_string_append_printf(text, "  %-12s %s\n  %-12s   %s\n", key->name,
                               key->doc, "", kind);
    }
}

char *keys_help(void)
{
    g_autofree char *presets = preset_help();
    g_autofree char *costs = cost_help();
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < GROUP_COUNT; i++) {
        const GroupSpec *spec = &keys_groups[i];
        g_string_append_printf(text, "%s[%s%s%s]  %s\n", i > 0 ? "\n" : "",
                               spec->name, spec->argument != NULL ? " " : "",
                               spec->argument != NULL ? spec->argument : "",
                               spec->doc);
        if (spec->parent != NULL && spec->parent->keys == spec->keys) {
            g_string_append_printf(text, "  The keys of [%s]; those that are "
                                   "not given are taken from there.\n",
                                   spec->parent->name);
        } else {
            append_keys(text, spec);
        }
    }
    g_string_append_printf(text, "\n%s\n%s", presets, costs);
    return g_string_free(text, FALSE);
}
