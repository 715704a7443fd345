/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded memory of epochs, one place per pid modulo its size. Forgetting is
 * harmless while links keep their order; remembering stops a state message
 * that is delivered twice from making a second process.
 */
#include "migrate/epochs.h"

#define PLACES 512u

static struct {
    uint32_t pid;
    uint32_t epoch;
} last[PLACES];

void epochs_note(uint32_t pid, uint32_t epoch)
{
    last[pid % PLACES].pid = pid;
    last[pid % PLACES].epoch = epoch;
}

bool epochs_is_new(uint32_t pid, uint32_t epoch)
{
    return last[pid % PLACES].pid != pid || epoch > last[pid % PLACES].epoch;
}
