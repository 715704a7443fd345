/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a finished run left in its directory, read back.
 */
#ifndef LIB_RUN_RECORD_H
#define LIB_RUN_RECORD_H

#include <glib.h>

#include "ini-file.h"
#include "manifest.h"
#include "result.h"
#include "trace-file.h"

typedef struct {
    char *path;                 /* of the directory */
    Manifest *manifest;
    IniFile *experiment;        /* with every key written out */
    Result *result;
    TraceFile *trace;
} RunRecord;

/*
 * Fails if it is not the directory of a finished run, and if a file in it is
 * not the one that manifest and result tell of: then it proves nothing.
 */
RunRecord *run_record_open(const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void run_record_close(RunRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunRecord, run_record_close)

#endif
