/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the next instructions of a frozen process without any effect on it, to
 * see which memory they access.
 *
 * Loads read the process's memory; stores go into a small buffer, from which
 * later loads get them. What cannot be known here is kept apart: results of
 * floating point, of system calls and of counters, and pages that are not here.
 * An address that depends on it is not told.
 */
#ifndef MIGRATE_LOOKAHEAD_H
#define MIGRATE_LOOKAHEAD_H

#include <stdbool.h>
#include <stdint.h>

#define LOOKAHEAD_CELLS 32u     /* double words that are stored to */

struct lookahead_cell {
    uint64_t address;           /* multiple of 8; 0: free */
    uint64_t value;
    uint64_t known;             /* bits of it that were stored */
    uint64_t unknown;           /* bits that something unknown was stored to */
};

struct lookahead {
    uint64_t x[32];
    uint32_t unknown;           /* bit r: of x[r] the value is not known */
    bool is_over;               /* as if an instruction could not be decoded */
    uint64_t pc;
    uint64_t address;           /* of the last access */
    /* The contents of a page of the process, NULL: it is not here. */
    const uint8_t *(*page)(void *context, uint64_t index);
    void *context;
    /* the last pages that were asked for */
    const uint8_t *code;
    uint64_t code_start;
    const uint8_t *data;
    uint64_t data_index;
    struct lookahead_cell cells[LOOKAHEAD_CELLS];
    uint32_t cell_count;
};

enum lookahead_step {
    LOOKAHEAD_ON,               /* no access, or one to an unknown address */
    LOOKAHEAD_ACCESS,           /* at `address` */
    LOOKAHEAD_CALL,             /* a system call is done: what is in a0 now is
                                 * unknown, x[10] has what was */
    LOOKAHEAD_END,              /* it is not known how it goes on */
};

/* At pc with registers x[1..31]. */
void lookahead_start(struct lookahead *look, const uint64_t *x, uint64_t pc,
                     const uint8_t *(*page)(void *context, uint64_t index),
                     void *context);
/* Runs instructions of RV64GC up to the first that is not LOOKAHEAD_ON, at most
 * *left, which it counts down. */
enum lookahead_step lookahead_run(struct lookahead *look, uint32_t *left);

/* Runs one. */
static inline enum lookahead_step lookahead_step(struct lookahead *look)
{
    uint32_t left = 1;

    return lookahead_run(look, &left);
}

static inline bool lookahead_knows(const struct lookahead *look, unsigned r)
{
    return !(look->unknown >> r & 1);
}

#endif
