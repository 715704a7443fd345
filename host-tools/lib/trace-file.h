/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a trace file (docs/specs/trace.md).
 *
 * One that could be opened is sound: complete, of a known version, its records
 * in strict order of time, node and number, none of a node that is not there.
 */
#ifndef LIB_TRACE_FILE_H
#define LIB_TRACE_FILE_H

#include <stdint.h>

#include <glib.h>

#include "hw/abi/trace.h"

typedef struct {
    void *base;
    uint64_t bytes;
    uint32_t node_count;
    uint64_t record_count;
    const struct mb_trace_record *records;
} TraceFile;

/* The descriptor stays the caller's. */
TraceFile *trace_file_open(int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trace_file_close(TraceFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceFile, trace_file_close)

#endif
