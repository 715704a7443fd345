/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit run: runs an experiment.
 */
#include "verb.h"

#include <unistd.h>

#include "interrupts.h"
#include "lib/error.h"
#include "lib/run.h"
#include "lib/undisturbed.h"
#include "report/report.h"

#define PORT_MIN    1024u

typedef struct {
    char **sets;
    char *folder;
    gboolean json;
    gboolean no_migrate;
    gboolean undisturbed;
    gboolean quiet;
    char **monitors;
    char **gdbs;
    char *device_options;
    char *accel_options;
} Options;

static void options_clear(Options *options)
{
    g_strfreev(options->sets);
    g_free(options->folder);
    g_strfreev(options->monitors);
    g_strfreev(options->gdbs);
    g_free(options->device_options);
    g_free(options->accel_options);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* "NODE=PORT"; a port that needs no rights. */
static bool parse_door(const char *word, ClusterDoorKind kind, GArray *doors)
{
    char *rest;
    uint64_t node = g_ascii_strtoull(word, &rest, 10);

    if (!g_ascii_isdigit(*word) || *rest != '=' || node >= MB_NODES_MAX ||
        !g_ascii_isdigit(rest[1])) {
        return false;
    }
    uint64_t port = g_ascii_strtoull(rest + 1, &rest, 10);
    if (*rest != '\0' || port < PORT_MIN || port > UINT16_MAX) {
        return false;
    }
    ClusterDoor door = {
        .kind = kind,
        .node = (uint32_t)node,
        .port = (uint16_t)port,
    };
    g_array_append_val(doors, door);
    return true;
}

static bool parse_doors(char *const *words, ClusterDoorKind kind,
                        const char *option, GArray *doors, GError **error)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        if (!parse_door(words[i], kind, doors)) {
            g_autofree char *text = g_strdup_printf(
                "--%s '%s' is not NODE=PORT such as 0=4444, with a port of at "
                "least %u", option, words[i], PORT_MIN);
            return verb_misuse("run", error, text);
        }
    }
    return true;
}

/* What is worth knowing about a run that is done all the same. */
static void append_notes(const Result *result, GString *notes)
{
    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        int status = result_exit_status(&process->facts);
        int signal = result_signal(&process->facts);
        if (signal > 0) {
            g_string_append_printf(notes, "note: process '%s' was ended by "
                                   "signal %d\n", process->name, signal);
        } else if (status > 0) {
            g_string_append_printf(notes, "note: process '%s' ended with "
                                   "status %d\n", process->name, status);
        } else if (process->facts.lost) {
            g_string_append_printf(notes, "note: process '%s' was lost with "
                                   "node %u\n", process->name,
                                   process->facts.node);
        }
    }
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        LedgerOutcome outcome = migration->ledger->outcome;
        if (outcome != OUTCOME_DONE) {
            g_autofree char *name = result_migration_name(migration);
            g_string_append_printf(notes, "note: %s: %s\n", name,
                                   ledger_outcome_names[outcome]);
        }
    }
}

static bool report(const Run *run, bool json, VerbOutput *output,
                   GError **error)
{
    if (json) {
        g_autofree char *text = result_to_json(run->result);
        g_string_append(output->data, text);
    } else {
        report_summary(run->result, run->folder, output->data);
    }
    if (run->result->reason != NULL) {
        return godwit_fail(error, "%s: %s", run->experiment->name,
                           run->result->reason);
    }
    append_notes(run->result, output->notes);
    return true;
}

/* The same once more, without migrations, and what they have cost. */
static bool compare(const Run *run, RunOptions options, VerbOutput *output,
                    GError **error)
{
    g_autofree char *folder = g_strdup_printf("%s.undisturbed", run->folder);

    options.experiment.no_migrations = true;
    options.folder = folder;
    options.doors = NULL;
    g_autoptr(Run) other = run_experiment(&options, error);
    if (other == NULL) {
        return false;
    }
    if (other->result->reason != NULL) {
        return godwit_fail(error, "%s: without migrations: %s",
                           run->experiment->name, other->result->reason);
    }
    report_undisturbed(run->result, other->result, folder, output->data);
    g_autofree char *difference = undisturbed_difference(run->result,
                                                         other->result);
    return difference == NULL ||
        godwit_fail(error, "%s: %s", run->experiment->name, difference);
}

static bool is_live(const Options *options)
{
    return !options->quiet && isatty(STDERR_FILENO) == 1;
}

static bool run(const char *path, const Options *options, VerbOutput *output,
                GError **error)
{
    g_autoptr(GArray) doors = g_array_new(FALSE, FALSE, sizeof(ClusterDoor));
    g_autoptr(Progress) progress = progress_new(STDERR_FILENO,
                                                is_live(options));
    RunOptions run_options = {
        .path = path,
        .experiment = {
            .sets = (const char *const *)options->sets,
            .no_migrations = options->no_migrate,
        },
        .folder = options->folder,
        .progress = progress,
        .doors = doors,
        .device_options = options->device_options,
        .accel_options = options->accel_options,
    };

    if (!parse_doors(options->monitors, CLUSTER_DOOR_MONITOR, "monitor", doors,
                     error) ||
        !parse_doors(options->gdbs, CLUSTER_DOOR_GDB, "gdb", doors, error)) {
        return false;
    }
    Interrupts interrupts;
    if (!interrupts_begin(&interrupts, error)) {
        return false;
    }
    run_options.interrupt_fd = interrupts.fd;
    g_autoptr(Run) run = run_experiment(&run_options, error);
    bool good = run != NULL && report(run, options->json, output, error) &&
        (!options->undisturbed || compare(run, run_options, output, error));
    interrupts_end(&interrupts);
    return good;
}

bool verb_run(char **args, VerbOutput *output, GError **error)
{
    g_auto(GStrv) words = g_strdupv(args);
    g_auto(Options) options = { 0 };
    const GOptionEntry entries[] = {
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
          "take VALUE for a key", "GROUP.KEY=VALUE" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder,
          "the run directory; NAME.run if not given", "DIR" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
          "print result.json", NULL },
        { "no-migrate", 0, 0, G_OPTION_ARG_NONE, &options.no_migrate,
          "leave out all migrations", NULL },
        { "undisturbed", 0, 0, G_OPTION_ARG_NONE, &options.undisturbed,
          "then run it without migrations, into DIR.undisturbed, and compare",
          NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet,
          "do not show on a terminal how far the run is", NULL },
        { "monitor", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.monitors,
          "open QEMU's monitor of a node on a port of 127.0.0.1",
          "NODE=PORT" },
        { "gdb", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.gdbs,
          "let a node wait for gdb on a port of 127.0.0.1", "NODE=PORT" },
        { "device-options", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
          &options.device_options, NULL, NULL },
        { "accel-options", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
          &options.accel_options, NULL, NULL },
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("run", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) != 2) {
        return verb_misuse("run", error, "name one experiment file");
    }
    if (options.undisturbed && (options.no_migrate || options.json)) {
        return verb_misuse("run", error, "--undisturbed compares for people, "
                           "with and without migrations: not with --json or "
                           "--no-migrate");
    }
    return run(words[1], &options, output, error);
}
