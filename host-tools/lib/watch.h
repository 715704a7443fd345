/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does an emulator hang? (docs/specs/result.md, "When a node dies or hangs")
 *
 * Death is told by a pidfd at once; this is about those that live and do
 * nothing any more. Time alone never condemns a node: the host may be loaded
 * for as long as it likes, and so may a debugger hold a node.
 */
#ifndef LIB_WATCH_H
#define LIB_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

#include "segment.h"

/* How often to look. */
#define WATCH_PERIOD_MS     100

typedef struct Watch Watch;

Watch *watch_new(const Segment *segment);
void watch_free(Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_free)

/* This process is the emulator of a node. */
void watch_add(Watch *watch, uint32_t node, pid_t pid);
/* Somebody may halt a node's processor by hand: then it and those that wait
 * for it stand still for good reason. */
void watch_allow_halts(Watch *watch);

/* To be called about every WATCH_PERIOD_MS with a time in milliseconds. False
 * if a node hangs; the error says how, and *node which. */
bool watch_look(Watch *watch, uint64_t now_ms, uint32_t *node, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
