/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One experiment, one digest: whatever the host does meanwhile, however the
 * nodes wait for each other and how far they go before they look, however the
 * translator cuts the code into blocks.
 *
 * Each experiment runs once as usual and once under each schedule;
 * GODWIT_TEST_FACTOR asks for more of the latter and for more nodes.
 *
 * usage: test-schedules GODWIT
 */
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "scenario.h"
#include "tool.h"

#define TIMEOUT_S       1200
#define BUSY_LOOPS_MAX  3

/* -- schedules -- */

typedef struct {
    const char *name;
    const char *device;         /* properties of the bridges, or NULL */
    const char *accelerator;    /* of TCG, or NULL */
    unsigned busy_loops;        /* that run beside it */
    bool asks;                  /* a monitor is asked all the while */
} Schedule;

static const Schedule schedules[] = {
    { "as usual" },
    { "loaded host", .busy_loops = 3 },
    { "grid", .device = "x-schedule=grid" },
    { "grid, loaded host", .device = "x-schedule=grid", .busy_loops = 2 },
    { "short windows", .device = "x-window=2300" },
    { "often published", .device = "x-publish=1700" },
    { "futex", .device = "x-wait=futex" },
    { "yield", .device = "x-wait=yield" },
    { "one instruction per block", .accelerator = "one-insn-per-tb=on" },
    { "tiny translation buffer", .accelerator = "tb-size=1" },
    { "monitor", .asks = true },
    { "all at once", .device = "x-wait=futex,x-window=7700,x-publish=3100",
      .accelerator = "tb-size=1", .busy_loops = 2, .asks = true },
};

/* -- experiments -- */

typedef struct {
    const char *name;
    const char *head;
    unsigned nodes;
    const char *programs[6];    /* on all nodes in turn */
    unsigned moves;             /* of each process */
} Example;

#define HEAD    "[experiment]\nname = test\nuntil = 20s\n[cluster]\n" \
                "memory = 32MiB\n"
#define LINK    "[link]\nbandwidth = 1Gbit/s\n"

static const Example examples[] = {
    { "computing", HEAD LINK "latency = 10us\n", 2, { "spin 3", "matrix 1" } },
    { "idle", HEAD LINK "latency = 1us\n", 5, { "sleep 6", "clock" } },
    { "in flight", HEAD LINK "latency = 20us\n", 4,
      { "heap", "stack", "regs", "files", "threads", "signals" }, 4 },
    { "faults", HEAD LINK "latency = 20us\nloss = 3%\nduplication = 2%\n"
      "reordering = 5%\ndelay = 2%\ncorruption = 1%\n", 3,
      { "heap", "stack", "sparse" }, 3 },
    { "mixed clocks", HEAD "cost = static\n" LINK "latency = 30us\n"
      "[node 0]\nclock = 333333333Hz\n[node 1]\nclock = 1.5GHz\n"
      "[node 2]\nclock = 50MHz\n", 3, { "regs", "heap", "fpu" }, 2 },
    { "mixed links", HEAD "[link 0-1]\npreset = rdma\n"
      "[link 1-2]\npreset = ethernet-1g\n[link 0-2]\npreset = fast-ethernet\n"
      "[link 3-4]\npreset = ethernet-100g\n", 5, { "stack", "sleep 3" } },
    { "pages served by bridges", HEAD "cost = static\nclock = 1.5GHz\n"
      "dma = 333ns\n[link]\npreset = ethernet-100g\n", 3,
      { "chase", "heap", "stack" }, 4 },
    { "many", HEAD LINK "latency = 10us\n", 12, { "stack", "sleep 2" }, 1 },
};
#define EXAMPLES    (sizeof(examples) / sizeof(examples[0]))

static void add_moves(Scenario *scenario, const Example *example,
                      unsigned nodes, const char *name, unsigned node)
{
    for (unsigned i = 0; i < example->moves; i++) {
        node = (node + 1) % nodes;
        scenario_add_migration(scenario, name,
                               2000000 + 900000 * (i + 1) +
                               scenario_random(800000), node,
                               scenario_random(3) == 0 ? "total-copy"
                                                       : "freeze-free");
    }
}

static Scenario *make_scenario(const Example *example)
{
    unsigned nodes = example->nodes;

    if (nodes > 8) {
        nodes = MIN(scenario_repeats(nodes), 64);
    }
    Scenario *scenario = scenario_new_with(example->head);
    g_autofree char *count = g_strdup_printf("[cluster]\nnodes = %u\n", nodes);
    g_autoptr(GString) text = scenario->text;

    scenario->text = g_string_new(text->str);
    g_string_replace(scenario->text, "[cluster]\n", count, 1);
    for (unsigned node = 0, i = 0; node < nodes; node++, i++) {
        if (i == G_N_ELEMENTS(example->programs) ||
            example->programs[i] == NULL) {
            i = 0;
        }
        g_autofree char *name = g_strdup_printf("p%u", node);
        scenario_add_process(scenario, name, node, example->programs[i]);
        add_moves(scenario, example, nodes, name, node);
    }
    return scenario;
}

/* -- what goes on beside a run -- */

static void start_loops(GPid *loops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *argv[] = { "sh", "-c", "while :; do :; done", NULL };
        ck_assert(g_spawn_async(NULL, (char **)argv, NULL,
                                G_SPAWN_SEARCH_PATH |
                                G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                &loops[i], NULL));
    }
}

static void stop_loops(const GPid *loops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        kill(loops[i], SIGKILL);
        waitpid(loops[i], NULL, 0);
    }
}

static uint16_t free_port(void)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    uint16_t port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);

    ck_assert_uint_ne(port, 0);
    g_socket_listener_close(listener);
    return port;
}

/* Asks a monitor what it likes until there is none any more. */
static void *ask(void *data)
{
    static const char questions[] = "info status\ninfo registers\ninfo pci\n";
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection = NULL;
    uint16_t port = (uint16_t)GPOINTER_TO_UINT(data);
    char answer[4096];

    for (unsigned i = 0; i < 200 && connection == NULL; i++) {
        connection = g_socket_client_connect_to_host(client, "127.0.0.1", port,
                                                     NULL, NULL);
        g_usleep(2000);
    }
    if (connection == NULL) {
        return NULL;
    }
    GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    uintptr_t answers = 0;
    while (g_output_stream_write_all(out, questions, strlen(questions), NULL,
                                     NULL, NULL) &&
           g_input_stream_read(in, answer, sizeof(answer), NULL, NULL) > 0) {
        answers++;
    }
    return GUINT_TO_POINTER(answers);
}

/* -- runs -- */

static GPtrArray *make_command(const Schedule *schedule, const char *folder,
                               uint16_t port)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, g_strdup("run"));
    g_ptr_array_add(argv, g_strdup("test.ini"));
    g_ptr_array_add(argv, g_strdup("-o"));
    g_ptr_array_add(argv, g_strdup(folder));
    if (schedule->device != NULL) {
        g_ptr_array_add(argv, g_strdup_printf("--device-options=%s",
                                              schedule->device));
    }
    if (schedule->accelerator != NULL) {
        g_ptr_array_add(argv, g_strdup_printf("--accel-options=%s",
                                              schedule->accelerator));
    }
    if (schedule->asks) {
        g_ptr_array_add(argv, g_strdup_printf("--monitor=0=%u", port));
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

static Result *read_result(const Scenario *scenario, const char *folder)
{
    g_autofree char *path = g_build_filename(scenario->folder, folder,
                                             "result.json", NULL);
    g_autofree char *json = NULL;
    g_autoptr(GError) error = NULL;

    ck_assert(g_file_get_contents(path, &json, NULL, NULL));
    Result *result = result_from_json(json, &error);
    ck_assert_msg(result != NULL, "%s", error != NULL ? error->message : "");
    return result;
}

static Result *run_under(Scenario *scenario, const Schedule *schedule)
{
    g_autofree char *folder = g_strdup_printf("run%u", scenario->run_count++);
    uint16_t port = schedule->asks ? free_port() : 0;
    g_autoptr(GPtrArray) argv = make_command(schedule, folder, port);
    GPid loops[BUSY_LOOPS_MAX];
    GThread *asker = NULL;

    start_loops(loops, schedule->busy_loops);
    if (schedule->asks) {
        asker = g_thread_new("ask", ask, GUINT_TO_POINTER(port));
    }
    g_auto(ToolOutcome) outcome = tool_run(scenario->folder,
                                           (const char *const *)argv->pdata);
    stop_loops(loops, schedule->busy_loops);
    if (asker != NULL) {
        g_thread_join(asker);
    }
    ck_assert_msg(outcome.status == 0, "%s: %s\n%s", schedule->name,
                  outcome.err, scenario->text->str);
    return read_result(scenario, folder);
}

/* What a different digest comes from, as `godwit diff` sees it. */
static char *explain(const Scenario *scenario)
{
    g_autofree char *last = g_strdup_printf("run%u", scenario->run_count - 1);
    ToolOutcome outcome = tool_run(scenario->folder, (const char *[]) {
        "diff", "run0", last, NULL });

    g_free(outcome.err);
    return outcome.out;
}

START_TEST(has_one_digest)
{
    const Example *example = &examples[_i];
    g_autoptr(Scenario) scenario = make_scenario(example);
    unsigned turns = scenario_repeats(1);

    tool_write_experiment(scenario, "test.ini");
    g_autoptr(Result) usual = run_under(scenario, &schedules[0]);
    printf("%s: %s\n", example->name, usual->digest);
    for (unsigned turn = 0; turn < turns; turn++) {
        for (unsigned i = 0; i < G_N_ELEMENTS(schedules); i++) {
            g_autoptr(Result) result = run_under(scenario, &schedules[i]);
            if (!g_str_equal(result->digest, usual->digest)) {
                g_autofree char *why = explain(scenario);
                ck_abort_msg("'%s' has another digest under '%s':\n%s\n%s",
                             example->name, schedules[i].name, why,
                             scenario->text->str);
            }
        }
        fflush(stdout);
    }
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tcase = tcase_create("schedules");

    if (argc != 2) {
        fprintf(stderr, "usage: %s GODWIT\n", argv[0]);
        return 2;
    }
    tool_set_path(argv[1]);
    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S * scenario_repeats(1));
    tcase_add_loop_test(tcase, has_one_digest, 0, EXAMPLES);
    return scenario_main("schedules", tcase);
}
