/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floating-point unit, handed from thread to thread only when used.
 *
 * The unit holds the registers of its owner. While another thread runs the
 * unit is off; that thread's first floating-point instruction traps and it
 * becomes the owner. The hardware keeps track of whether the registers differ
 * from what was loaded, so they are saved only if they do.
 */
#ifndef ARCH_FP_H
#define ARCH_FP_H

#include <stdbool.h>

#include "arch/frame.h"

/* Before user mode runs with another state than the last time. */
void fp_switch(struct fp_state *next);
/* After an illegal instruction with the unit off: makes `next` the owner.
 * False if the unit was on, so that it cannot have been the reason. */
bool fp_give(struct fp_state *next);
/* Brings `state` up to date with the registers, if the unit holds them. */
void fp_save(struct fp_state *state);
/* `state` is about to vanish or to be overwritten. */
void fp_forget(const struct fp_state *state);

/* fp_regs.S; the unit must be on */
void fp_store(struct fp_state *state);
void fp_load(const struct fp_state *state);

#endif
