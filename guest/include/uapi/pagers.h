/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who gives a process the pages that it has left behind, by number and name: the
 * plan carries the number, experiment files the name.
 */
#ifndef UAPI_PAGERS_H
#define UAPI_PAGERS_H

/* X(symbol, number, name) */
#define GODWIT_PAGERS(X) \
    X(KERNEL, 0, "kernel") \
    X(DEVICE, 1, "device")

enum pager {
#define X(symbol, number, name) PAGER_##symbol = number,
    GODWIT_PAGERS(X)
#undef X
    PAGER_COUNT
};

#endif
