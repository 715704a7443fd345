/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A move without the techniques files-apart or communication-apart: what the
 * frozen process has changed of files, or its ports, must be put away before it
 * runs again (docs/techniques.md). Blocks of files under /srv go to the file
 * server before the state is captured; pages of its own files go with the
 * critical ones. Ports are shut, and go with the state.
 */
#ifndef MIGRATE_DETACH_H
#define MIGRATE_DETACH_H

#include <stdbool.h>

struct departure;

/* The process has just been frozen. True: its state can be captured. False:
 * departure_capture() is called when it can. */
bool detach_begin(struct departure *departure);
/* Something that may have been waited for has happened. */
void detach_progress(struct departure *departure);
/* The algorithm has named its pages: names those of files, too. */
void detach_add_files(struct departure *departure);

#endif
