/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All interleavings of the promises of three nodes.
 *
 * The device's own code (hw/migbridge/promise.c) runs here, with every atomic
 * step of it a step of a model (model.h). The search visits every state that
 * some interleaving leads to. In every one of them nothing may arrive in the
 * past of a node, and nobody may sleep while there is something to do for him.
 */
#include "model.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PROMISE_NATIVE
#include "hw/migbridge/promise.c"

/* In the order in which they are asked. */
enum { RELAY, SENDER, READER };

typedef struct {
    const char *name;
    uint64_t promise_ns[NODES];         /* in the beginning */
    uint32_t sends;                     /* messages of the sender */
    uint64_t last_ns;                   /* its promise behind them */
    uint64_t relay_ns;                  /* the relay's own event */
    uint64_t reader_ns;                 /* the reader's; 0: it does nothing */
    bool sleeps;                        /* who may not go on; or gives up */
} Scenario;

static const Scenario scenarios[] = {
    /* A message to an idle node makes it send one to a third. */
    { "relay", { MB_NEVER, 100, 5000 }, 1, MB_NEVER, MB_NEVER, 5000, false },
    /* It falls idle while the message is sent. */
    { "busy relay", { 90, 100, 5000 }, 1, MB_NEVER, MB_NEVER, 5000, false },
    /* The second message is noticed in another way than the first. */
    { "two messages", { MB_NEVER, 100, MB_NEVER }, 2, MB_NEVER, MB_NEVER, 0,
      false },
    /* Sleeps until another's promise is raised. */
    { "sleep", { MB_NEVER, 100, MB_NEVER }, 1, MB_NEVER, MB_NEVER, 0, true },
    /* Sleeps for more than it needs, once the message is there. */
    { "sleep on", { 6000, 100, MB_NEVER }, 1, 150, 6000, 0, true },
};

/* A message takes this time to get from one to another, and one ns more. */
static const uint64_t dist_ns[NODES][NODES] = {     /* [target][source] */
    [RELAY][SENDER] = 100, [RELAY][READER] = MB_NEVER,
    [SENDER][RELAY] = MB_NEVER, [SENDER][READER] = MB_NEVER,
    [READER][SENDER] = 150, [READER][RELAY] = 50,
};

static const Scenario *scenario;

/* -- a futex -- */

void promise_wake(uint32_t *word)
{
    for (unsigned i = 0; i < NODES; i++) {
        if (word == &shared.node[i].turn) {
            step_store(AT(&shared.asleep[i]), 0);
        }
    }
}

/* -- what nodes do -- */

typedef struct {
    Promise promise;
    uint64_t dist_ns[NODES];
    uint64_t bound_ns[NODES];
    uint64_t sent;
    uint64_t known;                     /* mails that we have seen, */
    uint64_t handled;                   /* and acted upon */
} Node;

static void node_init(Node *node, unsigned self)
{
    memset(node, 0, sizeof(*node));
    memcpy(node->dist_ns, dist_ns[self], sizeof(node->dist_ns));
    node->promise = (Promise) {
        .header = &shared.header,
        .nodes = shared.node,
        .node_count = NODES,
        .self = self,
        .own_ns = scenario->promise_ns[self],
        .dist_ns = node->dist_ns,
        .bound_ns = node->bound_ns,
    };
    promise_reset(&node->promise);
}

static void node_send(Node *node, unsigned target, uint64_t arrival_ns)
{
    /* Nobody looks at it before it counts, and it is always the same. */
    shared.mail[target][node->sent++] = arrival_ns;
    promise_store(&shared.mails[target], node->sent);
    promise_lower(&node->promise, target, arrival_ns);
}

static void node_listen(Node *node)
{
    uint64_t news[MB_NEWS_WORDS];

    if (promise_take(&node->promise, news)) {
        node->known = promise_load(&shared.mails[node->promise.self]);
    }
}

static void node_sleep(Node *node, uint32_t peer, uint64_t event_ns)
{
    Promise *promise = &node->promise;
    uint32_t turn = promise_doze(promise, peer, event_ns);

    if (promise_bound(promise, peer) < event_ns &&
        !promise_has_news(promise)) {
        step_sleep(promise->self, turn);
    }
    promise_awake(promise);
}

/*
 * Go to the next event of this node, which is idle; @idle_ns: what that is if
 * there is no message. As migbridge_sync_ask() and hold.c do it. 0: gave up.
 */
static uint64_t node_advance(Node *node, uint64_t idle_ns)
{
    Promise *promise = &node->promise;
    uint64_t event_ns, limit_ns;
    uint32_t peer;

    for (;;) {
        node_listen(node);
        event_ns = node->handled < node->known
                   ? shared.mail[promise->self][node->handled] : idle_ns;
        promise_raise(promise, event_ns);
        if (promise_limit(promise, event_ns, event_ns, &limit_ns, &peer)) {
            if (!promise_has_news(promise)) {
                break;
            }
        } else if (scenario->sleeps) {
            node_sleep(node, peer, event_ns);
        } else if (!promise_has_news(promise)) {
            return 0;
        }
    }
    promise_store(&shared.past[promise->self],
                  event_ns << 8 | node->known);
    return event_ns;
}

static void run_sender(Node *node)
{
    for (uint32_t i = 0; i < scenario->sends; i++) {
        uint64_t start_ns = 100 + 200 * i;

        promise_raise(&node->promise, start_ns);
        node_send(node, RELAY, start_ns + 101);
    }
    promise_raise(&node->promise, scenario->last_ns);
}

/* Every message makes it send one, at once. */
static void run_relay(Node *node)
{
    for (uint32_t i = 0; i < scenario->sends; i++) {
        uint64_t event_ns = node_advance(node, scenario->relay_ns);

        if (event_ns == 0 || event_ns == scenario->relay_ns) {
            return;
        }
        node->handled++;
        node_send(node, READER, event_ns + 51);
    }
    node_listen(node);
    promise_raise(&node->promise, MB_NEVER);
}

static void run_reader(Node *node)
{
    uint64_t event_ns;

    if (scenario->reader_ns == 0) {
        return;
    }
    do {
        event_ns = node_advance(node, scenario->reader_ns);
        node->handled++;
    } while (event_ns != 0 && event_ns != scenario->reader_ns);
}

static void (*const parts[NODES])(Node *) = {
    [SENDER] = run_sender, [RELAY] = run_relay, [READER] = run_reader,
};

static void run_node(unsigned self)
{
    /* not on the stack, which is cut off and begun anew for every step */
    static Node node;

    node_init(&node, self);
    parts[self](&node);
}

/* -- the search -- */

#define TABLE_LOG2 24

static uint64_t *table;                 /* hashes of the states seen */
static uint64_t state_count;

static bool state_is_new(void)
{
    uint64_t key = model_hash(), at = key >> (64 - TABLE_LOG2);

    for (; table[at] != 0; at = (at + 1) % (UINT64_C(1) << TABLE_LOG2)) {
        if (table[at] == key) {
            return false;
        }
    }
    table[at] = key;
    model_assert(++state_count < UINT64_C(1) << (TABLE_LOG2 - 1));
    return true;
}

/* Nobody has been overtaken by a message. */
static void check_past(void)
{
    for (unsigned i = 0; i < NODES; i++) {
        uint64_t past_ns = shared.past[i] >> 8;

        for (uint64_t k = shared.past[i] & 0xff; k < shared.mails[i]; k++) {
            if (shared.mail[i][k] <= past_ns) {
                ck_abort_msg("%s: node %u is at %" PRIu64 ", a message "
                             "arrives there at %" PRIu64, scenario->name, i,
                             past_ns, shared.mail[i][k]);
            }
        }
    }
}

static void check_end(void)
{
    for (unsigned i = 0; i < NODES; i++) {
        if (!shared.done[i]) {
            ck_abort_msg("%s: node %u sleeps for ever", scenario->name, i);
        }
    }
    model_assert(!scenario->sleeps ||
                 shared.mails[READER] == scenario->sends);
}

static void search(void)
{
    bool any = false;

    check_past();
    for (unsigned i = 0; i < NODES; i++) {
        Change change;

        if (shared.done[i] || shared.asleep[i]) {
            continue;
        }
        any = true;
        model_step(i, run_node, &change);
        if (state_is_new()) {
            search();
        }
        model_undo(i, &change);
    }
    if (!any) {
        check_end();
    }
}

START_TEST(interleavings)
{
    scenario = &scenarios[_i];
    model_reset();
    state_count = 0;
    table = calloc(UINT64_C(1) << TABLE_LOG2, sizeof(*table));
    ck_assert_ptr_nonnull(table);
    for (unsigned i = 0; i < NODES; i++) {
        shared.node[i].promise_ns = scenario->promise_ns[i];
        shared.node[i].inbound_ns = MB_NEVER;
        shared.node[i].awaited_ns = MB_NEVER;
        shared.node[i].state = MB_NODE_JOINED;
    }
    search();
    ck_assert_uint_gt(state_count, 1000);
    free(table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promise");
    TCase *tests = tcase_create("promise");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 100);
    tcase_add_loop_test(tests, interleavings, 0,
                        sizeof(scenarios) / sizeof(scenarios[0]));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
