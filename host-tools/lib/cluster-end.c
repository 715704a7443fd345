/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of a cluster when all its nodes stand still
 * (docs/specs/segment.md, "States and end").
 */
#include "cluster-end.h"

#include "memory-hash.h"

bool cluster_has_ended(const Segment *segment)
{
    for (uint32_t i = 0; i < segment->node_count; i++) {
        uint32_t state = __atomic_load_n(&segment->nodes[i].state,
                                         __ATOMIC_ACQUIRE);
        if (state != MB_NODE_ENDED && state != MB_NODE_CRASHED) {
            return false;
        }
    }
    return true;
}

/* The instant at which the last node fell asleep for good. */
static uint64_t last_busy_ns(const Segment *segment)
{
    uint64_t last_ns = 0;

    for (uint32_t i = 0; i < segment->node_count; i++) {
        last_ns = MAX(last_ns, segment->nodes[i].busy_ns);
    }
    return last_ns;
}

/* Several may have halted before they heard of each other: the first in
 * virtual time is the cause. NULL if none has. */
static const struct mb_node *first_halted(const Segment *segment)
{
    const struct mb_node *first = NULL;

    for (uint32_t i = 0; i < segment->node_count; i++) {
        const struct mb_node *node = &segment->nodes[i];
        if (node->halt != 0 &&
            (first == NULL || node->time_ns < first->time_ns)) {
            first = node;
        }
    }
    return first;
}

static void end_with_error(const Segment *segment, ClusterEnd *end)
{
    uint32_t node = MIN(segment->header->end_node, segment->node_count - 1);

    end->end = MB_END_ERROR;
    end->end_node = node;
    end->end_ns = segment->nodes[node].time_ns;
}

void cluster_find_end(const Segment *segment, ClusterEnd *end)
{
    const struct mb_node *halted;

    switch (segment->header->ended) {
    case MB_END_NOT:            /* all have crashed */
    case MB_END_QUIET:
        end->end = MB_END_QUIET;
        end->end_ns = last_busy_ns(segment);
        return;
    case MB_END_LIMIT:
        end->end = MB_END_LIMIT;
        end->end_ns = segment->header->until_ns;
        return;
    case MB_END_HALT:
        halted = first_halted(segment);
        if (halted == NULL) {
            break;
        }
        end->end = MB_END_HALT;
        end->end_node = (uint32_t)(halted - segment->nodes);
        end->end_code = halted->halt;
        end->end_ns = halted->time_ns;
        return;
    default:
        break;
    }
    end_with_error(segment, end);
}

static bool hash_memories(const RunningNode *nodes, uint32_t count,
                          ClusterEnd *end, GError **error)
{
    g_autofree MemoryHash *hashes = g_new(MemoryHash, count);

    for (uint32_t i = 0; i < count; i++) {
        hashes[i] = (MemoryHash) {
            .fd = nodes[i].memory_fd,
            .bytes = nodes[i].memory_bytes,
            .text = end->nodes[i].memory_sha256,
        };
    }
    return memory_hash_all(hashes, count, error);
}

bool cluster_collect(const ClusterConfig *config, const RunningNode *nodes,
                     ClusterEnd *end, GError **error)
{
    const Segment *segment = config->segment;
    uint32_t count = segment->node_count;

    cluster_find_end(segment, end);
    end->wait_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct mb_node *line = &segment->nodes[i];
        end->nodes[i].instructions = line->instret;
        if (line->state == MB_NODE_CRASHED) {
            continue;
        }
        end->wait_count +=
            board_read(nodes[i].memory_fd, line->board, i, count,
                       end->waits + end->wait_count,
                       CLUSTER_WAITS_MAX - end->wait_count);
    }
    return hash_memories(nodes, count, end, error);
}
