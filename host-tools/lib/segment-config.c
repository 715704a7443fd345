/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a segment is made of, and how large that is (docs/specs/segment.md,
 * "Geometry").
 */
#include "segment.h"

#define PAGE_BYTES          4096u
#define NS_PER_S            UINT64_C(1000000000)
#define TRACE_BYTES         (UINT64_C(1) << 20)
#define OUTPUT_BYTES        (UINT64_C(256) << 10)
/* Of all link rings together, if they need not be smaller than they may. */
#define RINGS_BYTES_MAX     (UINT64_C(1) << 30)
/* Two of the largest messages: one that is being written, one unread. */
#define RING_SLACK          (2 * (sizeof(struct mb_slot) + MB_PAYLOAD_MAX))
/* A message without payload takes this much more of a ring than of a wire;
 * one with a page takes the same of both, but for a percent. */
#define RING_PER_WIRE       (sizeof(struct mb_slot) / MB_WIRE_HEADER)

SegmentConfig *segment_config_new(uint32_t node_count)
{
    SegmentConfig *config = g_new0(SegmentConfig, 1);

    g_assert(node_count >= 1 && node_count <= MB_NODES_MAX);
    config->node_count = node_count;
    config->nodes = g_new0(SegmentNode, node_count);
    config->models = g_new0(struct mb_link_model,
                            (size_t)node_count * node_count);
    config->faults = g_array_new(FALSE, FALSE, sizeof(SegmentFault));
    for (uint32_t i = 0; i < node_count; i++) {
        config->nodes[i] = (SegmentNode) {
            .clock_num = 1, .clock_den = 1, .read_ns = 1,
            .crash_ns = MB_NEVER,
        };
    }
    return config;
}

void segment_config_free(SegmentConfig *config)
{
    if (config != NULL) {
        g_free(config->nodes);
        g_free(config->models);
        g_array_unref(config->faults);
        g_free(config);
    }
}

static void add_nodes(const Experiment *experiment, SegmentConfig *config)
{
    for (uint32_t i = 0; i < config->node_count; i++) {
        config->nodes[i].clock_num = experiment->nodes[i].clock_num;
        config->nodes[i].clock_den = experiment->nodes[i].clock_den;
        config->nodes[i].read_ns = experiment->nodes[i].read_ns;
    }
    for (unsigned i = 0; i < experiment->crashes->len; i++) {
        const ExperimentCrash *crash = experiment->crashes->pdata[i];
        SegmentNode *node = &config->nodes[crash->node];
        if (crash->at_ns != EXPERIMENT_NONE) {
            node->crash_ns = crash->at_ns;
        } else {
            node->crash_message = crash->message;
        }
    }
}

/* What the kind of a fault does not have is zero. */
static uint64_t given(uint64_t value)
{
    return value != EXPERIMENT_NONE ? value : 0;
}

static void add_faults(const Experiment *experiment, SegmentConfig *config)
{
    for (unsigned i = 0; i < experiment->faults->len; i++) {
        const ExperimentFault *fault = experiment->faults->pdata[i];
        SegmentFault record = {
            .source = (uint32_t)fault->source,
            .target = (uint32_t)fault->target,
            .fault = {
                .kind = fault->kind + 1,
                .seq = given(fault->message),
                .late_ns = given(fault->late_ns),
                .from_ns = given(fault->at_ns),
                .until_ns = given(fault->until_ns),
            },
        };
        g_array_append_val(config->faults, record);
    }
}

SegmentConfig *segment_config_of(const Experiment *experiment)
{
    SegmentConfig *config =
        segment_config_new((uint32_t)experiment->node_count);
    struct mb_link_model *model = config->models;

    config->until_ns = experiment->until_ns;
    for (uint64_t source = 0; source < experiment->node_count; source++) {
        for (uint64_t target = 0; target < experiment->node_count; target++) {
            if (!experiment_link_model(experiment, source, target, model)) {
                model->bits_per_s = 0;
            }
            model++;
        }
    }
    add_nodes(experiment, config);
    add_faults(experiment, config);
    return config;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/*
 * Room for a message is needed from its start until the news of its delivery
 * could have come back: two latencies, and as long as late ones are late.
 */
static unsigned __int128 ring_need(const struct mb_link_model *model)
{
    uint64_t late_ns = (model->flags & MB_LINK_FAULTY) ? model->late_ns : 0;
    unsigned __int128 time_ns = 2 * (unsigned __int128)model->latency_ns +
        late_ns;

    return time_ns * model->bits_per_s / 8 / NS_PER_S * RING_PER_WIRE +
        RING_SLACK;
}

/* All rings are of one size: the link that needs most, if that is
 * affordable. */
static uint64_t compute_ring_bytes(const SegmentConfig *config,
                                   uint64_t *link_count)
{
    size_t pairs = (size_t)config->node_count * config->node_count;
    unsigned __int128 need = 0;
    uint64_t bytes = MB_RING_BYTES_MIN;

    *link_count = 0;
    for (size_t i = 0; i < pairs; i++) {
        if (config->models[i].bits_per_s != 0) {
            need = MAX(need, ring_need(&config->models[i]));
            (*link_count)++;
        }
    }
    while (bytes < need && 2 * bytes <= MB_RING_BYTES_MAX &&
           2 * bytes * *link_count <= RINGS_BYTES_MAX) {
        bytes *= 2;
    }
    return bytes;
}

/* Each link's list begins on a line of its own. */
static uint64_t faults_bytes(const SegmentConfig *config)
{
    return config->faults->len *
        round_up(sizeof(struct mb_link_fault), MB_LINE);
}

SegmentGeometry segment_compute_geometry(const SegmentConfig *config)
{
    SegmentGeometry geometry = {
        .trace_bytes = TRACE_BYTES,
        .output_bytes = OUTPUT_BYTES,
    };
    uint64_t nodes = config->node_count;
    uint64_t link_count;

    geometry.ring_bytes = compute_ring_bytes(config, &link_count);
    geometry.links_offset = round_up(sizeof(struct mb_segment), PAGE_BYTES);
    geometry.nodes_offset = geometry.links_offset +
        nodes * nodes * sizeof(struct mb_link);
    geometry.faults_offset = geometry.nodes_offset +
        nodes * sizeof(struct mb_node);
    geometry.rings_offset = round_up(geometry.faults_offset +
                                     faults_bytes(config), PAGE_BYTES);
    geometry.node_rings_offset = geometry.rings_offset +
        link_count * geometry.ring_bytes;
    geometry.bytes = geometry.node_rings_offset +
        nodes * (geometry.trace_bytes + geometry.output_bytes);
    return geometry;
}
