/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan of an experiment as the guests read it (hw/abi/plan.h).
 */
#ifndef LIB_PLAN_H
#define LIB_PLAN_H

#include <glib.h>

#include "experiment.h"

/* Fails only if the texts are larger than a plan can hold. */
GBytes *plan_encode(const Experiment *experiment, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

#endif
