/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migration algorithms by number and name: the plan carries the number,
 * experiment files and /proc/PID/goto the name.
 */
#ifndef UAPI_ALGORITHMS_H
#define UAPI_ALGORITHMS_H

/* X(symbol, number, name) */
#define GODWIT_ALGORITHMS(X) \
    X(TOTAL_COPY, 0, "total-copy") \
    X(FREEZE_FREE, 1, "freeze-free") \
    X(COPY_ON_REFERENCE, 2, "copy-on-reference") \
    X(POST_COPY, 3, "post-copy") \
    X(PRE_COPY, 4, "pre-copy") \
    X(HYBRID, 5, "hybrid") \
    X(FLUSH, 6, "flush") \
    X(FREEZE_FREE_FS, 7, "freeze-free-fs") \
    X(FREEZE_FREE_PREFETCH, 8, "freeze-free-prefetch")

enum algorithm {
#define X(symbol, number, name) ALGORITHM_##symbol = number,
    GODWIT_ALGORITHMS(X)
#undef X
    ALGORITHM_COUNT
};

/* Pages go to the file server: there has to be one. */
static inline int algorithm_stores(unsigned algorithm)
{
    return algorithm == ALGORITHM_FLUSH ||
           algorithm == ALGORITHM_FREEZE_FREE_FS;
}

#endif
