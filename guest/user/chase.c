/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pointer chase: one long cycle through nodes that lie in a random order over
 * many pages. After a move nearly every step needs another page.
 *
 * chase [TURNS [SIZE]]: a turn is once around.
 */
#include "check.h"

#define USUAL_TURNS 20
#define USUAL_NODES 40000
#define LEAST_NODES 2

struct node {
    struct node *next;
    uint64_t value;
    uint64_t visits;
};

static struct node *nodes;
static size_t node_count;

/* The nodes' places, in a random order. */
static uint32_t *shuffle(void)
{
    uint32_t *order = array(node_count, sizeof(order[0]));
    uint64_t random = 3;

    for (uint32_t i = 0; i < node_count; i++) {
        order[i] = i;
    }
    for (uint32_t i = (uint32_t)node_count - 1; i > 0; i--) {
        uint32_t k = (uint32_t)(draw(&random) % (i + 1));
        uint32_t swap = order[i];

        order[i] = order[k];
        order[k] = swap;
    }
    return order;
}

/* Ties the cycle; returns where it begins. */
static struct node *tie(void)
{
    uint32_t *order = shuffle();
    struct node *first = &nodes[order[0]];

    for (uint32_t i = 0; i < node_count; i++) {
        nodes[order[i]] = (struct node) {
            .next = &nodes[order[(i + 1) % node_count]],
            .value = mix(i),
        };
    }
    free(order);
    return first;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, USUAL_TURNS);
    struct node *first;
    struct node *node;
    uint64_t sum = 0;

    node_count = working_set(argc, argv, USUAL_NODES * sizeof(nodes[0])) /
                 sizeof(nodes[0]);
    CHECK(node_count >= LEAST_NODES);
    nodes = array(node_count, sizeof(nodes[0]));
    first = tie();
    node = first;
    for (unsigned long turn = 0; turn < turns; turn++) {
        for (size_t i = 0; i < node_count; i++) {
            check_equal("value", node->value, mix(i));
            node->visits++;
            sum += node->value;
            node = node->next;
        }
        CHECK(node == first);
    }
    for (size_t i = 0; i < node_count; i++) {
        check_equal("visits", nodes[i].visits, turns);
    }
    return pass("chase", sum);
}
