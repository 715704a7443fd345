/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which epoch of a process this node has last had to do with.
 */
#ifndef MIGRATE_EPOCHS_H
#define MIGRATE_EPOCHS_H

#include <stdbool.h>
#include <stdint.h>

void epochs_note(uint32_t pid, uint32_t epoch);
/* Whether a migration with this epoch can begin here: it is later than all
 * that are remembered. */
bool epochs_is_new(uint32_t pid, uint32_t epoch);

#endif
