/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run, as result.json tells it (docs/specs/result.md).
 */
#ifndef LIB_RESULT_H
#define LIB_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "ledger.h"
#include "sha256.h"

#define RESULT_SCHEMA   "godwit-result-6"

typedef struct {
    uint32_t node;
    LedgerNode facts;
    uint32_t clock_num;         /* a cycle takes num / den ns */
    uint32_t clock_den;
    char *cost;                 /* of instructions, as in the experiment */
    uint64_t instructions;
    char memory_sha256[SHA256_TEXT];
} ResultNode;

typedef struct {
    char *name;
    LedgerProcess facts;
    uint64_t stdout_bytes;
    uint64_t stderr_bytes;
    char stdout_sha256[SHA256_TEXT];
    char stderr_sha256[SHA256_TEXT];
} ResultProcess;

typedef struct {
    uint64_t id;                /* N of [migration N]; 0: a program asked */
    char *process;
    char *algorithm;
    LedgerMigration *ledger;
} ResultMigration;

typedef struct {
    char *name;                 /* of the experiment */
    char *end;                  /* "quiet", "limit", "halt", "error" */
    char *reason;               /* why the run failed; NULL: it did not */
    char digest[SHA256_TEXT];
    char trace_sha256[SHA256_TEXT];
    uint64_t virtual_ns;
    GPtrArray *nodes;           /* of ResultNode */
    GPtrArray *processes;       /* of ResultProcess, as in the plan */
    GPtrArray *migrations;      /* of ResultMigration */
    GArray *links;              /* of LedgerLink */
} Result;

Result *result_new(void);
void result_free(Result *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Result, result_free)

ResultNode *result_add_node(Result *result);
ResultProcess *result_add_process(Result *result);
/* Takes over the ledger's migration. */
ResultMigration *result_add_migration(Result *result, LedgerMigration *ledger);

/* "migration 1 of 'sort'", "migration of 'sort'" if a program asked. */
char *result_migration_name(const ResultMigration *migration);
/* "freeze-free", "freeze-free -critical-pages" */
char *result_migration_how(const ResultMigration *migration);

/* The text that the digest is the SHA-256 of. */
char *result_digest_text(const Result *result);
void result_compute_digest(const Result *result,
                           char digest[static SHA256_TEXT]);

/* "ended", "lost", "not-ended" or "not-started". */
const char *result_process_state(const LedgerProcess *process);

/* Exit status and signal of a Linux wait status; one of them is -1. */
int result_exit_status(const LedgerProcess *process);
int result_signal(const LedgerProcess *process);

/* result-json.c */
char *result_to_json(const Result *result);
Result *result_from_json(const char *text, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
