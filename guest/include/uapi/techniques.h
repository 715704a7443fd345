/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The six techniques of the freeze-free algorithm by number and name. A
 * migration can do without some of them, as the systems before it did; what
 * that means for each is in docs/techniques.md.
 *
 * Plan, messages and trace carry the set of those that are left out, 1 << its
 * number for each: 0 is the whole algorithm. Experiment files and
 * /proc/PID/goto say it in words: "all", "none", or "-NAME" for each.
 */
#ifndef UAPI_TECHNIQUES_H
#define UAPI_TECHNIQUES_H

/* X(symbol, number, name) */
#define GODWIT_TECHNIQUES(X) \
    X(IMPLICIT_RESUME, 0, "implicit-resume") \
    X(CRITICAL_PAGES, 1, "critical-pages") \
    X(COMMUNICATION_APART, 2, "communication-apart") \
    X(FILES_APART, 3, "files-apart") \
    X(PREALLOCATED, 4, "preallocated") \
    X(LOCAL_INFORMATION, 5, "local-information")

enum technique {
#define X(symbol, number, name) TECHNIQUE_##symbol = number,
    GODWIT_TECHNIQUES(X)
#undef X
    TECHNIQUE_COUNT
};

enum technique_set {
#define X(symbol, number, name) WITHOUT_##symbol = 1u << number,
    GODWIT_TECHNIQUES(X)
#undef X
    WITHOUT_ALL = (1u << TECHNIQUE_COUNT) - 1
};

#endif
