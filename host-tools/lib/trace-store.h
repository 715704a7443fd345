/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace of a run while it is made: one nameless file per node, put
 * together into one in the order of time at the end.
 */
#ifndef LIB_TRACE_STORE_H
#define LIB_TRACE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "hw/abi/trace.h"

typedef struct TraceStore TraceStore;

/* The files lie on the file system of the folder. */
TraceStore *trace_store_new(uint32_t node_count, int folder_fd, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void trace_store_free(TraceStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceStore, trace_store_free)

/* The next records of a node; their node and seq are checked. */
bool trace_store_append(TraceStore *store, uint32_t node,
                        const struct mb_trace_record *records, size_t count,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes all of it as a trace file, docs/specs/trace.md. */
bool trace_store_write(TraceStore *store, int fd, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
