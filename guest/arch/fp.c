/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who owns the floating-point unit.
 *
 * Invariant: the unit is off, or its owner is the thread that runs.
 */
#include "arch/fp.h"

#include "arch/csr.h"

static struct fp_state *owner;
static bool was_dirty;          /* while the unit is off: what it was before */

static uint64_t unit_status(void)
{
    return csr_read(sstatus) & SSTATUS_FS_MASK;
}

static void set_unit_status(uint64_t status)
{
    csr_clear(sstatus, SSTATUS_FS_MASK);
    csr_set(sstatus, status);
}

static bool is_dirty(void)
{
    uint64_t status = unit_status();

    return status == SSTATUS_FS_OFF ? was_dirty : status == SSTATUS_FS_DIRTY;
}

void fp_switch(struct fp_state *next)
{
    if (owner == NULL) {
        return;
    }
    was_dirty = is_dirty();
    if (next != owner) {
        set_unit_status(SSTATUS_FS_OFF);
    } else {
        set_unit_status(was_dirty ? SSTATUS_FS_DIRTY : SSTATUS_FS_CLEAN);
    }
}

bool fp_give(struct fp_state *next)
{
    if (unit_status() != SSTATUS_FS_OFF) {
        return false;
    }
    if (owner != NULL) {
        fp_save(owner);
    }
    owner = next;
    set_unit_status(SSTATUS_FS_DIRTY);
    fp_load(next);
    set_unit_status(SSTATUS_FS_CLEAN);
    return true;
}

void fp_save(struct fp_state *state)
{
    uint64_t status = unit_status();

    if (state != owner || !is_dirty()) {
        return;
    }
    set_unit_status(SSTATUS_FS_DIRTY);
    fp_store(state);
    was_dirty = false;
    set_unit_status(status == SSTATUS_FS_OFF ? status : SSTATUS_FS_CLEAN);
}

void fp_forget(const struct fp_state *state)
{
    if (state == owner) {
        owner = NULL;
        was_dirty = false;
        set_unit_status(SSTATUS_FS_OFF);
    }
}
