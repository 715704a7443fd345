/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A move without the technique local-information: where a process is stands in
 * a table of its home, the node where it was started, as in Sprite (Douglis and
 * Ousterhout, Transparent Process Migration, 1991). A process that has come
 * does not run before its home has confirmed that it is here
 * (docs/techniques.md).
 */
#ifndef MIGRATE_HOME_H
#define MIGRATE_HOME_H

#include <stdbool.h>
#include <stdint.h>

struct mb_msg;
struct move;

/* `noted`: the home has confirmed it, or is lost. */
void home_init(void (*noted)(uint32_t pid, uint32_t epoch));
/* The process is here. False: its home has been told, and will answer. */
bool home_enter(const struct move *move);

/* -- messages -- */
void home_told(const struct mb_msg *msg);
void home_answered(const struct mb_msg *msg);
/* A node is lost (ipc/peer.h): it is not waited for any more. */
void homes_lost(uint32_t node);

#endif
