/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that the target asks for ahead of their use. What it asks for is the
 * algorithm's business; this is the way there and what comes of it.
 */
#ifndef MIGRATE_PREFETCH_H
#define MIGRATE_PREFETCH_H

#include <stdint.h>

#include "migrate/arrival.h"
#include "migrate/stream.h"

/* A batch: pages of the address space as `count` streams. The source sends them
 * alternately before all that it sends unasked, until the next batch is there,
 * but for those that it has sent already. */
void prefetch_ask(const struct arrival *arrival, const struct stream *streams,
                  uint32_t count);
/* A page of a batch is in place. */
void prefetch_came(struct proc *proc, struct pages *pages, uint64_t index);
/* The process has left this node, or ends here. */
void prefetch_end(struct proc *proc);

#endif
