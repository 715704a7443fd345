/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages from the heap, see fake/page.c.
 */
#ifndef TESTS_UNIT_GUEST_FAKE_PAGE_H
#define TESTS_UNIT_GUEST_FAKE_PAGE_H

#include "mm/page.h"

/* How many more there are; UINT64_MAX: no bound, nothing is counted. */
extern uint64_t fake_pages_left;
/* What page_total_count says. */
extern uint64_t fake_pages_total;

#endif
