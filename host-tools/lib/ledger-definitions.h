/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What other systems measure, by their own definitions, from the numbers of
 * our ledger (docs/specs/result.md, "Other systems' definitions").
 */
#ifndef LIB_LEDGER_DEFINITIONS_H
#define LIB_LEDGER_DEFINITIONS_H

#include "ledger-fields.h"

typedef struct {
    const char *system;         /* those of a system stand together */
    const char *name;           /* as that system has it */
    const char *meaning;        /* in our terms */
    LedgerUnit unit;
    /* Of a migration that was done; LEDGER_UNKNOWN if that is not known. */
    uint64_t (*get)(const LedgerMigration *migration);
} LedgerDefinition;

extern const LedgerDefinition ledger_definitions[];
extern const unsigned ledger_definition_count;

/* LEDGER_UNKNOWN if it was not done. */
uint64_t ledger_definition_get(const LedgerDefinition *definition,
                               const LedgerMigration *migration);

#endif
