/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links of an experiment: which pairs of nodes are connected, and how
 * (docs/specs/experiment.md, "[link]").
 */
#include "experiment.h"

#include <string.h>

#include "units.h"

bool experiment_check_pair(const Experiment *experiment, const IniFile *ini,
                           const char *group, const char *key,
                           const char *text, uint64_t *a, uint64_t *b,
                           GError **error)
{
    const char *dash = strchr(text, '-');
    g_autofree char *canonical = NULL;

    if (dash != NULL) {
        g_autofree char *first = g_strndup(text, (size_t)(dash - text));
        if (unit_parse(UNIT_NONE, first, a, NULL) &&
            unit_parse(UNIT_NONE, dash + 1, b, NULL)) {
            canonical = g_strdup_printf("%" G_GUINT64_FORMAT "-%"
                                        G_GUINT64_FORMAT, *a, *b);
        }
    }
    if (canonical == NULL || strcmp(canonical, text) != 0) {
        return ini_file_fail(ini, group, key, error, "'%s' is not two numbers "
                             "of nodes, such as 0-1", text);
    }
    if (!experiment_check_node(experiment, ini, group, key, *a, error) ||
        !experiment_check_node(experiment, ini, group, key, *b, error)) {
        return false;
    }
    if (*a == *b) {
        return ini_file_fail(ini, group, key, error, "node %" G_GUINT64_FORMAT
                             " has no link to itself; name two nodes", *a);
    }
    return true;
}

static const ExperimentLink **pair_of(const Experiment *experiment,
                                      uint64_t a, uint64_t b)
{
    return &experiment->pairs[a * experiment->node_count + b];
}

const ExperimentLink *experiment_link(const Experiment *experiment,
                                      uint64_t a, uint64_t b)
{
    return *pair_of(experiment, a, b);
}

/* `late` is the latency unless it was given. */
static void resolve_late(ExperimentLink *link)
{
    if (link->late_ns == EXPERIMENT_NONE) {
        link->late_ns = link->latency_ns;
    }
}

static bool add_pair(Experiment *experiment, const IniFile *ini,
                     ExperimentLink *link, GError **error)
{
    uint64_t a;
    uint64_t b;

    if (!experiment_check_pair(experiment, ini, link->group, NULL, link->pair,
                               &a, &b, error)) {
        return false;
    }
    const ExperimentLink *other = experiment_link(experiment, a, b);
    if (other != NULL && other != &experiment->link) {
        return ini_file_fail(ini, link->group, NULL, error, "is [%s] as well; "
                             "put their keys together", other->group);
    }
    resolve_late(link);
    *pair_of(experiment, a, b) = link;
    *pair_of(experiment, b, a) = link;
    return true;
}

/* A node that executes an instruction cannot be told anything meanwhile: what
 * it must know has to be under way for longer. */
static bool check_lookahead(const Experiment *experiment, const IniFile *ini,
                            uint64_t source, uint64_t target, GError **error)
{
    const ExperimentLink *link = experiment_link(experiment, source, target);
    uint64_t insn_ns = experiment->nodes[source].insn_max_ns;

    if (link == NULL || link->latency_ns > insn_ns) {
        return true;
    }
    return ini_file_fail(ini, link->group != NULL ? link->group : "link",
                         "latency", error, "is not more than the %"
                         G_GUINT64_FORMAT "ns that the longest instruction of "
                         "node %" G_GUINT64_FORMAT " takes; use a longer "
                         "latency, a faster clock or a lower cost", insn_ns,
                         source);
}

bool experiment_check_links(Experiment *experiment, const IniFile *ini,
                            GError **error)
{
    uint64_t count = experiment->node_count;

    experiment->pairs = g_new0(const ExperimentLink *, count * count);
    resolve_late(&experiment->link);
    for (uint64_t a = 0; experiment->has_link && a < count; a++) {
        for (uint64_t b = 0; b < count; b++) {
            *pair_of(experiment, a, b) = a != b ? &experiment->link : NULL;
        }
    }
    for (unsigned i = 0; i < experiment->links->len; i++) {
        if (!add_pair(experiment, ini, experiment->links->pdata[i], error)) {
            return false;
        }
    }
    for (uint64_t a = 0; a < count; a++) {
        for (uint64_t b = 0; b < count; b++) {
            if (!check_lookahead(experiment, ini, a, b, error)) {
                return false;
            }
        }
    }
    return true;
}

/* Of 2^32 parts; what is all of them or next to it is "always". */
static uint32_t probability(uint64_t parts)
{
    return (uint32_t)MIN(parts, UINT32_MAX);
}

static uint32_t count_faults(const Experiment *experiment, uint64_t source,
                             uint64_t target)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < experiment->faults->len; i++) {
        const ExperimentFault *fault = experiment->faults->pdata[i];
        count += fault->source == source && fault->target == target;
    }
    return count;
}

bool experiment_link_model(const Experiment *experiment, uint64_t source,
                           uint64_t target, struct mb_link_model *model)
{
    const ExperimentLink *link = experiment_link(experiment, source, target);

    if (link == NULL) {
        return false;
    }
    *model = (struct mb_link_model) {
        .latency_ns = link->latency_ns,
        .bits_per_s = link->bits_per_s,
        .overhead_ns = link->overhead_ns,
        .mtu_bytes = link->mtu_bytes != EXPERIMENT_NONE
            ? (uint32_t)link->mtu_bytes : 0,
        .framing_bytes = (uint32_t)link->framing_bytes,
        .flags = link->topology == EXPERIMENT_SWITCH ? MB_LINK_SWITCHED : 0,
        .fault_count = count_faults(experiment, source, target),
        .seed = mb_link_mix(mb_link_mix(experiment->seed) ^
                            (source << 32 | target)),
        .late_ns = link->late_ns,
        .loss = probability(link->loss),
        .corruption = probability(link->corruption),
        .duplication = probability(link->duplication),
        .reordering = probability(link->reordering),
        .delay = probability(link->delay),
    };
    if (model->fault_count > 0 || model->loss > 0 || model->corruption > 0 ||
        model->duplication > 0 || model->reordering > 0 || model->delay > 0) {
        model->flags |= MB_LINK_FAULTY;
    }
    return true;
}
