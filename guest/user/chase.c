/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pointer chase: one long cycle through nodes that lie in a random order over
 * many pages. After a move nearly every step needs another page.
 */
#include "check.h"

#define NODES       40000

struct node {
    struct node *next;
    uint64_t value;
    uint64_t visits;
};

static struct node nodes[NODES];
static uint32_t order[NODES];

static void shuffle(void)
{
    uint64_t random = 3;

    for (uint32_t i = 0; i < NODES; i++) {
        order[i] = i;
    }
    for (uint32_t i = NODES - 1; i > 0; i--) {
        uint32_t k = (uint32_t)(draw(&random) % (i + 1));
        uint32_t swap = order[i];

        order[i] = order[k];
        order[k] = swap;
    }
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 20);
    struct node *node;
    uint64_t sum = 0;

    shuffle();
    for (uint32_t i = 0; i < NODES; i++) {
        nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
        nodes[order[i]].value = mix(i);
    }
    node = &nodes[order[0]];
    for (unsigned long step = 0; step < turns * NODES; step++) {
        check_equal("value", node->value, mix(step % NODES));
        node->visits++;
        sum += node->value;
        node = node->next;
    }
    CHECK(node == &nodes[order[0]]);
    for (uint32_t i = 0; i < NODES; i++) {
        check_equal("visits", nodes[i].visits, turns);
    }
    return pass("chase", sum);
}
