/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reproducible random numbers for programs; not for secrets.
 */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include <stdint.h>

/* Starts the sequence that belongs to a seed and a number within it. */
void random_seed(uint64_t state[2], uint64_t seed, uint64_t number);
uint64_t random_next(uint64_t state[2]);

#endif
