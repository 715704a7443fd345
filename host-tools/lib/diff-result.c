/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the results of two runs differ in: how they ended, their processes and
 * nodes.
 */
#include "diff.h"

#include <string.h>

static void diff_end(Diff *diff)
{
    const Result *a = diff->runs[0]->result;
    const Result *b = diff->runs[1]->result;
    DiffPart *part = diff_part_new("run");

    diff_text(part, "digest", a->digest, b->digest);
    diff_text(part, "trace_sha256", a->trace_sha256, b->trace_sha256);
    diff_text(part, "end", a->end, b->end);
    diff_text(part, "reason", a->reason, b->reason);
    diff_number(part, "virtual_ns", DIFF_NS, &a->virtual_ns, &b->virtual_ns);
    diff_add_part(diff, DIFF_RESULTS, part);
}

static const ResultProcess *find_process(const Result *result,
                                         const char *name)
{
    for (unsigned i = 0; i < result->processes->len; i++) {
        const ResultProcess *process = result->processes->pdata[i];
        if (strcmp(process->name, name) == 0) {
            return process;
        }
    }
    return NULL;
}

/* "exit status 3 on node 1", "signal 9 on node 0", "lost on node 2" */
static char *describe_end(const ResultProcess *process)
{
    if (process == NULL) {
        return NULL;
    }
    const LedgerProcess *facts = &process->facts;
    int status = result_exit_status(facts);
    int signal = result_signal(facts);
    if (status >= 0) {
        return g_strdup_printf("exit status %d on node %u", status,
                               facts->node);
    }
    if (signal >= 0) {
        return g_strdup_printf("signal %d on node %u", signal, facts->node);
    }
    return facts->started || facts->lost
        ? g_strdup_printf("%s on node %u", result_process_state(facts),
                          facts->node)
        : g_strdup(result_process_state(facts));
}

/* A member of the facts, where they are known. */
#define FACT(process, known, member) \
    ((process) != NULL && (process)->facts.known ? \
     &(process)->facts.member : NULL)

static void diff_process(Diff *diff, const char *name)
{
    const ResultProcess *a = find_process(diff->runs[0]->result, name);
    const ResultProcess *b = find_process(diff->runs[1]->result, name);
    DiffPart *part = diff_part_new("process %s", name);
    g_autofree char *left = describe_end(a);
    g_autofree char *right = describe_end(b);

    diff_text(part, "end", left, right);
    diff_text(part, "stdout_sha256", a != NULL ? a->stdout_sha256 : NULL,
              b != NULL ? b->stdout_sha256 : NULL);
    diff_text(part, "stderr_sha256", a != NULL ? a->stderr_sha256 : NULL,
              b != NULL ? b->stderr_sha256 : NULL);
    diff_number(part, "stdout_bytes", DIFF_COUNT,
                a != NULL ? &a->stdout_bytes : NULL,
                b != NULL ? &b->stdout_bytes : NULL);
    diff_number(part, "stderr_bytes", DIFF_COUNT,
                a != NULL ? &a->stderr_bytes : NULL,
                b != NULL ? &b->stderr_bytes : NULL);
    diff_number(part, "start_ns", DIFF_NS, FACT(a, started, start_ns),
                FACT(b, started, start_ns));
    diff_number(part, "end_ns", DIFF_NS, FACT(a, ended, end_ns),
                FACT(b, ended, end_ns));
    diff_number(part, "lost_ns", DIFF_NS, FACT(a, lost, lost_ns),
                FACT(b, lost, lost_ns));
    diff_number(part, "user_instructions", DIFF_COUNT,
                FACT(a, ended, user_instructions),
                FACT(b, ended, user_instructions));
    diff_number(part, "system_calls", DIFF_COUNT, FACT(a, ended, syscalls),
                FACT(b, ended, syscalls));
    diff_number(part, "page_faults", DIFF_COUNT, FACT(a, ended, page_faults),
                FACT(b, ended, page_faults));
    diff_add_part(diff, DIFF_RESULTS, part);
}

static const ResultNode *find_node(const Result *result, uint32_t index)
{
    return index < result->nodes->len ? result->nodes->pdata[index] : NULL;
}

static const uint64_t *state_time(const ResultNode *node)
{
    return node != NULL && node->facts.state != NODE_UP ? &node->facts.time_ns
                                                        : NULL;
}

static void diff_node(Diff *diff, uint32_t index)
{
    const ResultNode *a = find_node(diff->runs[0]->result, index);
    const ResultNode *b = find_node(diff->runs[1]->result, index);
    DiffPart *part = diff_part_new("node %u", index);

    diff_text(part, "state",
              a != NULL ? ledger_node_states[a->facts.state] : NULL,
              b != NULL ? ledger_node_states[b->facts.state] : NULL);
    diff_number(part, "state_ns", DIFF_NS, state_time(a), state_time(b));
    diff_number(part, "instructions", DIFF_COUNT,
                a != NULL ? &a->instructions : NULL,
                b != NULL ? &b->instructions : NULL);
    diff_text(part, "memory_sha256", a != NULL ? a->memory_sha256 : NULL,
              b != NULL ? b->memory_sha256 : NULL);
    diff_add_part(diff, DIFF_RESULTS, part);
}

void diff_results(Diff *diff)
{
    const Result *a = diff->runs[0]->result;
    const Result *b = diff->runs[1]->result;

    diff_end(diff);
    for (unsigned i = 0; i < a->processes->len; i++) {
        const ResultProcess *process = a->processes->pdata[i];
        diff_process(diff, process->name);
    }
    for (unsigned i = 0; i < b->processes->len; i++) {
        const ResultProcess *process = b->processes->pdata[i];
        if (find_process(a, process->name) == NULL) {
            diff_process(diff, process->name);
        }
    }
    for (uint32_t i = 0; i < MAX(a->nodes->len, b->nodes->len); i++) {
        diff_node(diff, i);
    }
}
