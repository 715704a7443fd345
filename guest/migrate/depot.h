/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file server's side of a migration: pages that the source has sent it, in
 * backing files (srv/backing.h), until the target has asked for them.
 *
 * A page is at one place: with the source until it has been posted, from then
 * on here. A request for one that has not come yet waits for it. What has been
 * sent to the target is forgotten.
 */
#ifndef MIGRATE_DEPOT_H
#define MIGRATE_DEPOT_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/clock.h"
#include "hw/abi/ring.h"

void depots_init(void);

/* -- messages with MB_MSG_STORE -- */
/* A page to be kept; true: the buffer was kept (drivers/migbridge.h). */
bool depot_page(const struct mb_msg *msg, void *page, uint32_t length,
                bool may_keep);
void depot_keep(const struct mb_msg *msg);
void depot_requested(const struct mb_msg *msg, struct instant taken);
void depot_flush(const struct mb_msg *msg);
void depot_gone(const struct mb_msg *msg);

/* A node is lost (ipc/peer.h). */
void depots_lost(uint32_t node);

#endif
