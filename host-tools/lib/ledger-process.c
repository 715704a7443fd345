/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the trace tells of processes and nodes (docs/specs/result.md).
 */
#include "ledger-marks.h"

void ledger_take_process(LedgerCollector *collector, const Record *record)
{
    LedgerProcess *process;

    if (record->pid < 1 || record->pid > collector->ledger->process_count) {
        return;
    }
    process = &collector->ledger->processes[record->pid - 1];
    switch (record->type) {
    case MB_TRACE_PROC_START:
        process->started = true;
        process->start_ns = record->time_ns;
        process->node = record->node;
        break;
    case MB_TRACE_PROC_EXIT:
        process->ended = true;
        process->end_ns = record->time_ns;
        process->node = record->node;
        process->wait_status = (uint32_t)record->arg[0];
        process->user_instructions = record->arg[1];
        process->syscalls = record->arg[2];
        process->page_faults = record->arg[3];
        break;
    default:
        process->unimplemented++;
        break;
    }
}

void ledger_take_node(LedgerCollector *collector, const Record *record,
                      LedgerNodeState state)
{
    LedgerNode *node = &collector->ledger->nodes[record->node];

    if (node->state == NODE_UP) {
        node->state = state;
        node->time_ns = record->time_ns;
    }
}
