/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A move without the technique implicit-resume: the source asks before it
 * sends, and orders the target to let the process run when that has said that
 * all is in place (docs/techniques.md). Both exchanges lie in the latency.
 *
 *   source   ASK ->      STATE, critical pages ->      GO ->
 *   target      <- GRANT                    <- READY      <- RESUMED
 *
 * GO is the message with MB_MSG_RESUME: only from then on can the target run
 * the process, so a target that is lost before it has no copy.
 */
#ifndef MIGRATE_HANDSHAKE_H
#define MIGRATE_HANDSHAKE_H

#include "arch/clock.h"

struct arrival;
struct departure;
struct mb_msg;

/* -- source -- */
/* Instead of posting anything. */
void handshake_ask(struct departure *departure);
void handshake_granted(struct departure *departure);
void handshake_ready(struct departure *departure);

/* -- target -- */
void handshake_asked(const struct mb_msg *msg);
/* The message with MB_MSG_LAST has come, and all is in place. */
void handshake_complete(const struct arrival *arrival);
void handshake_ordered(const struct mb_msg *msg, struct instant received);

#endif
