/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes wrong at an exact message or time: [fault N] and [crash N]
 * (docs/specs/experiment.md).
 */
#include "experiment.h"

#include "units.h"

static bool is_down(const ExperimentFault *fault)
{
    return fault->kind == MB_LINK_FAULT_DOWN - 1;
}

/* Do messages that it strikes come late? */
static bool has_late(const ExperimentFault *fault)
{
    return fault->kind == MB_LINK_FAULT_DUPLICATION - 1 ||
        fault->kind == MB_LINK_FAULT_REORDERING - 1 ||
        fault->kind == MB_LINK_FAULT_DELAY - 1;
}

/* A key that only some kinds have: there if and only if `wanted`. */
static bool check_given(const IniFile *ini, const ExperimentFault *fault,
                        const char *key, uint64_t value, bool wanted,
                        GError **error)
{
    bool given = value != EXPERIMENT_NONE;

    if (given == wanted) {
        return true;
    }
    return given
        ? ini_file_fail(ini, fault->group, key, error, "has no meaning for "
                        "this kind of fault; remove it")
        : ini_file_fail(ini, fault->group, NULL, error, "no '%s', which this "
                        "kind of fault needs; add it", key);
}

static bool check_keys(const IniFile *ini, const ExperimentFault *fault,
                       GError **error)
{
    bool down = is_down(fault);

    if (!check_given(ini, fault, "message", fault->message, !down, error) ||
        !check_given(ini, fault, "at", fault->at_ns, down, error) ||
        !check_given(ini, fault, "until", fault->until_ns, down, error)) {
        return false;
    }
    if (!has_late(fault) &&
        !check_given(ini, fault, "late", fault->late_ns, false, error)) {
        return false;
    }
    if (down && fault->until_ns <= fault->at_ns) {
        return ini_file_fail(ini, fault->group, "until", error,
                             "is not after 'at'");
    }
    return true;
}

static bool check_fault(const Experiment *experiment, const IniFile *ini,
                        ExperimentFault *fault, GError **error)
{
    if (!experiment_check_number(ini, fault->group, fault->number, 1,
                                 &fault->id, error) ||
        !experiment_check_pair(experiment, ini, fault->group, "link",
                               fault->link, &fault->source, &fault->target,
                               error) ||
        !check_keys(ini, fault, error)) {
        return false;
    }
    const ExperimentLink *link = experiment_link(experiment, fault->source,
                                                 fault->target);
    if (link == NULL) {
        return ini_file_fail(ini, fault->group, "link", error, "nodes %"
                             G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT
                             " have no link; add [link %s] or [link]",
                             fault->source, fault->target, fault->link);
    }
    if (has_late(fault) && fault->late_ns == EXPERIMENT_NONE) {
        fault->late_ns = link->late_ns;
    }
    return true;
}

bool experiment_check_faults(Experiment *experiment, const IniFile *ini,
                             GError **error)
{
    if (experiment->faults->len > MB_LINK_FAULTS_MAX) {
        return ini_file_fail(ini, NULL, NULL, error, "more than %u faults; "
                             "use the rates of [link]", MB_LINK_FAULTS_MAX);
    }
    for (unsigned i = 0; i < experiment->faults->len; i++) {
        if (!check_fault(experiment, ini, experiment->faults->pdata[i],
                         error)) {
            return false;
        }
    }
    return true;
}

bool experiment_check_crashes(Experiment *experiment, const IniFile *ini,
                              GError **error)
{
    for (unsigned i = 0; i < experiment->crashes->len; i++) {
        ExperimentCrash *crash = experiment->crashes->pdata[i];
        if (!experiment_check_number(ini, crash->group, crash->number, 0,
                                     &crash->node, error) ||
            !experiment_check_node(experiment, ini, crash->group, NULL,
                                   crash->node, error)) {
            return false;
        }
        if ((crash->at_ns == EXPERIMENT_NONE) ==
            (crash->message == EXPERIMENT_NONE)) {
            return ini_file_fail(ini, crash->group, NULL, error, "needs either "
                                 "'at', a time, or 'message', a number of "
                                 "messages");
        }
        if (crash->at_ns != EXPERIMENT_NONE &&
            !experiment_check_before_end(experiment, ini, crash->group, "at",
                                         crash->at_ns, error)) {
            return false;
        }
    }
    return true;
}
