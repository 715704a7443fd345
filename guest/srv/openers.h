/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files of the whole cluster, at the server: on which node each is.
 *
 * An open file has a number from its opening to its end. Nodes report one that
 * has moved to them with the epoch of its process: what an earlier node says
 * later, on another way, changes nothing.
 */
#ifndef SRV_OPENERS_H
#define SRV_OPENERS_H

#include <stdbool.h>
#include <stdint.h>

#include "srv/store.h"

/* Of a file, which is open on one node more then. 0: no memory. */
uint32_t opener_make(struct store_file *file, uint32_t node, bool writes);
/* All these do nothing if it is not there any more. */
void opener_move(uint32_t number, uint32_t node, uint32_t epoch);
/* Of the same epoch, to where its thread is. */
void opener_place(uint32_t number, uint32_t node);
void opener_close(uint32_t number);
/* Those that were on a node that is lost. */
void openers_lost(uint32_t node);

#endif
