/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of an experiment: clock, costs and memory of each, made of what
 * [cluster], [node N] and [cost] say (docs/specs/experiment.md).
 */
#include "experiment.h"

#include "units.h"

#define PAGE_BYTES      4096u
#define NS_PER_S        UINT64_C(1000000000)

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* A cycle takes 10^9 / Hz ns, as a fraction in lowest terms. */
static void resolve_node(const Experiment *experiment,
                         const ExperimentMachine *machine,
                         ExperimentNode *node)
{
    uint64_t divisor = common_divisor(NS_PER_S, machine->clock_hz);
    uint64_t cycles_max = 1;

    node->memory_bytes = machine->memory_bytes;
    node->clock_hz = machine->clock_hz;
    node->read_ns = machine->read_ns;
    node->clock_num = (uint32_t)(NS_PER_S / divisor);
    node->clock_den = (uint32_t)(machine->clock_hz / divisor);
    for (CostClass cls = 0; cls < COST_CLASS_COUNT; cls++) {
        uint64_t given = experiment->cost[cls];
        node->cost[cls] = given != EXPERIMENT_NONE ? (uint32_t)given
            : cost_of(machine->cost, cls);
        cycles_max = MAX(cycles_max, node->cost[cls]);
    }
    node->insn_max_ns = (cycles_max * node->clock_num + node->clock_den - 1) /
        node->clock_den;
}

/* `group` is where the memory may be given. */
static bool check_memory(const IniFile *ini, const char *group,
                         const ExperimentMachine *machine, GError **error)
{
    if (machine->memory_bytes % PAGE_BYTES != 0) {
        return ini_file_fail(ini, group, "memory", error,
                             "is not a multiple of %uB, the size of a page",
                             PAGE_BYTES);
    }
    return true;
}

bool experiment_check_machines(Experiment *experiment, const IniFile *ini,
                               GError **error)
{
    if (!check_memory(ini, "cluster", &experiment->machine, error)) {
        return false;
    }
    if (experiment->file_server != EXPERIMENT_NONE &&
        !experiment_check_node(experiment, ini, "cluster", "file_server",
                               experiment->file_server, error)) {
        return false;
    }
    experiment->nodes = g_new0(ExperimentNode, experiment->node_count);
    for (uint64_t i = 0; i < experiment->node_count; i++) {
        resolve_node(experiment, &experiment->machine, &experiment->nodes[i]);
    }
    for (unsigned i = 0; i < experiment->machines->len; i++) {
        ExperimentMachine *machine = experiment->machines->pdata[i];
        if (!experiment_check_number(ini, machine->group, machine->number, 0,
                                     &machine->node, error) ||
            !experiment_check_node(experiment, ini, machine->group, NULL,
                                   machine->node, error) ||
            !check_memory(ini, machine->group, machine, error)) {
            return false;
        }
        resolve_node(experiment, machine, &experiment->nodes[machine->node]);
    }
    return true;
}

uint64_t experiment_memory_min(const Experiment *experiment)
{
    uint64_t least = experiment->nodes[0].memory_bytes;

    for (uint64_t i = 1; i < experiment->node_count; i++) {
        least = MIN(least, experiment->nodes[i].memory_bytes);
    }
    return least;
}
