/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * godwit run FILE [--set GROUP.KEY=VALUE]... [-o DIR] [--json] [--no-migrate]
 */
#include "verb.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/run.h"
#include "report/report.h"

typedef struct {
    char **sets;
    char *folder;
    gboolean json;
    gboolean no_migrate;
} Options;

static void options_clear(Options *options)
{
    g_strfreev(options->sets);
    g_free(options->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

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
        }
    }
    for (unsigned i = 0; i < result->migrations->len; i++) {
        const ResultMigration *migration = result->migrations->pdata[i];
        LedgerOutcome outcome = migration->ledger->outcome;
        if (outcome == OUTCOME_ABORTED || outcome == OUTCOME_NOT_STARTED) {
            g_autofree char *name = report_migration_name(migration);
            g_string_append_printf(notes, "note: %s of '%s': %s\n", name,
                                   migration->process,
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

/* Runs it with SIGINT and SIGTERM as something to wait for, so that the
 * emulators are ended in an orderly way. */
static Run *run_interruptible(RunOptions *options, GError **error)
{
    sigset_t signals;
    sigset_t before;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before);
    options->interrupt_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (options->interrupt_fd < 0) {
        godwit_fail_errno(error, "cannot watch for signals");
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return NULL;
    }
    Run *run = run_experiment(options, error);
    /* A signal that came has done what it was for, or came too late. */
    struct signalfd_siginfo info;
    while (read(options->interrupt_fd, &info, sizeof(info)) > 0) {
        continue;
    }
    close(options->interrupt_fd);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return run;
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
        G_OPTION_ENTRY_NULL,
    };

    VerbParse parsed = verb_parse("run", entries, &words, output, error);
    if (parsed != VERB_PARSED) {
        return parsed == VERB_ANSWERED;
    }
    if (g_strv_length(words) != 2) {
        return verb_misuse("run", error, "name one experiment file");
    }
    RunOptions run_options = {
        .path = words[1],
        .experiment = {
            .sets = (const char *const *)options.sets,
            .no_migrations = options.no_migrate,
        },
        .folder = options.folder,
    };
    g_autoptr(Run) run = run_interruptible(&run_options, error);
    return run != NULL && report(run, options.json, output, error);
}
