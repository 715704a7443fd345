/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A measurement: which pages of the heap a process refers to first after it has
 * moved, and whether they were there by then.
 *
 * It is made where the RAM disk has a file REFERENCES_PATH, which begins with the
 * number of heap pages that may travel, and takes time only there: the kernel
 * carries out the first REFERENCES accesses by itself, each with a trace record.
 * So the oracle that the heap pages are compared with is what the processor does
 * between two accesses, not what was foreseen.
 */
#ifndef MIGRATE_REFERENCES_H
#define MIGRATE_REFERENCES_H

#include "proc/proc.h"

#define REFERENCES_PATH "/etc/heap-references"
#define REFERENCES      10u

void references_init(void);
/* How many heap pages may travel, `usual` if nothing is measured. */
uint32_t references_heap_pages(uint32_t usual);
/* The process is about to resume. */
void references_start(struct proc *proc);

#endif
