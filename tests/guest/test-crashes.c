/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node crashes in the middle of a migration, at every message there is: never
 * are there two copies of the process, never is it lost silently, and what it
 * has said is right, up to the line where it ended. The run ends by itself.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <check.h>

#include "lib/trace-file.h"
#include "scenario.h"

#include "hw/abi/message.h"

#define TIMEOUT_S       600
#define MOVE_NS         2500000u
#define SOURCE          0u
#define TARGET          1u
#define NEVER_STRUCK    "[fault 1]\nlink = 0-1\nkind = loss\nmessage = 1000000\n"

typedef struct {
    enum algorithm algorithm;
    const char *fault;          /* "": a link that cannot lose anything */
    unsigned crashed;
    const char *techniques;     /* "-implicit-resume": the target is asked;
                                 * "none": the process's home is, too */
} Case;

/* Every algorithm, on both kinds of links, either node; with a target that is
 * asked before; and without any technique, either node. */
#define IMPLICIT_CASES  (ALGORITHM_COUNT * 4)
#define ASKING_CASES    (IMPLICIT_CASES + ALGORITHM_COUNT)
#define CASES           (ASKING_CASES + 2)

static Case case_of(int i)
{
    if (i >= ASKING_CASES) {
        return (Case){
            .algorithm = ALGORITHM_FREEZE_FREE,
            .fault = "",
            .crashed = i == ASKING_CASES ? SOURCE : TARGET,
            .techniques = "none",
        };
    }
    if (i >= IMPLICIT_CASES) {
        return (Case){
            .algorithm = (enum algorithm)(i - IMPLICIT_CASES),
            .fault = "",
            .crashed = TARGET,
            .techniques = "-implicit-resume",
        };
    }
    return (Case){
        .algorithm = (enum algorithm)(i / 4),
        .fault = i & 2 ? NEVER_STRUCK : "",
        .crashed = i & 1 ? TARGET : SOURCE,
        .techniques = "all",
    };
}

typedef enum {
    FATE_SURVIVED,              /* ended as if nothing had happened */
    FATE_KILLED,                /* its pages were lost */
    FATE_LOST,                  /* with the node, or frozen at the source */
    FATES,
} Fate;

static Scenario *make_scenario(const Case *c, const char *crash)
{
    g_autofree char *head = g_strdup_printf(
        "[experiment]\nname = test\nseed = 1\nuntil = 60s\n"
        "[cluster]\nnodes = 2\nmemory = 64MiB\nclock = 1GHz\n"
        "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n%s%s", c->fault, crash);
    Scenario *scenario = scenario_new_with(head);

    scenario_add_process(scenario, "tally", SOURCE, "tally");
    scenario_add_migration(scenario, "tally", MOVE_NS, TARGET,
                           scenario_algorithms[c->algorithm]);
    scenario_set_techniques(scenario, c->techniques);
    return scenario;
}

static uint64_t count_messages(const Run *run, unsigned source)
{
    for (unsigned i = 0; i < run->result->links->len; i++) {
        const LedgerLink *link = &g_array_index(run->result->links,
                                                LedgerLink, i);

        if (link->source == source) {
            return link->counts[LINK_MESSAGES];
        }
    }
    return 0;
}

/* Whether the message that lets the target run the process was sent: begun,
 * whatever became of it. */
static bool was_let_go(const Run *run)
{
    g_autofree char *path = g_build_filename(run->folder, "trace.bin", NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool found = false;

    g_autoptr(TraceFile) trace = trace_file_open(fd, NULL);
    ck_assert_ptr_nonnull(trace);
    close(fd);
    for (uint64_t i = 0; i < trace->record_count; i++) {
        const struct mb_trace_record *record = &trace->records[i];

        found |= record->type == MB_TRACE_TX_START &&
                 (record->arg[0] >> 16 & MB_MSG_RESUME) != 0;
    }
    return found;
}

/* The source takes the process back exactly if the target cannot have it. */
static void check_decision(const Scenario *scenario, const Run *run)
{
    const ResultMigration *migration = run->result->migrations->pdata[0];
    bool aborted = migration->ledger->outcome == OUTCOME_ABORTED;

    ck_assert_msg(!(aborted && was_let_go(run)), "two copies\n%s",
                  scenario->text->str);
    if (!aborted && migration->ledger->outcome != OUTCOME_NOT_STARTED &&
        migration->ledger->outcome != OUTCOME_KILLED &&
        migration->ledger->crashed_node == TARGET) {
        ck_assert_msg(was_let_go(run), "lost without need\n%s",
                      scenario->text->str);
    }
}

static Fate find_fate(const Scenario *scenario, const Run *run,
                      const char *expected)
{
    const ResultProcess *process = scenario_process(run, "tally");
    g_autofree char *output = scenario_output(run, "tally");

    ck_assert_msg(g_str_has_prefix(expected, output), "%s\n%s", output,
                  scenario->text->str);
    check_decision(scenario, run);
    if (!process->facts.ended) {
        ck_assert_msg(process->facts.lost, "not ended, not lost\n%s",
                      scenario->text->str);
        return FATE_LOST;
    }
    if (result_signal(&process->facts) == SIGKILL) {
        return FATE_KILLED;
    }
    ck_assert_msg(result_exit_status(&process->facts) == 0 &&
                  g_str_equal(output, expected), "wait status %#x, %s\n%s",
                  process->facts.wait_status, output, scenario->text->str);
    return FATE_SURVIVED;
}

/* Whether the process runs at the target before all its pages are there. */
static bool leaves_pages(enum algorithm algorithm)
{
    return algorithm != ALGORITHM_TOTAL_COPY &&
           algorithm != ALGORITHM_PRE_COPY;
}

/* Whether the target says something before the process is frozen, and the
 * source still waits for more then. Of hybrid's round the first message is the
 * last; whether it has come is known on a link with acknowledgements. */
static bool is_tested(const Case *c)
{
    return c->algorithm == ALGORITHM_PRE_COPY ||
           (c->algorithm == ALGORITHM_HYBRID && *c->fault != '\0');
}

/* Whoever crashes behind its last message changes nothing for the process, if
 * that is not on the same node. */
static void check_fates(const Case *c, const unsigned fates[FATES])
{
    if (c->crashed == SOURCE) {
        ck_assert_uint_gt(fates[FATE_SURVIVED], 0);
        /* one message, and it is there, or nothing has left */
        ck_assert(fates[FATE_LOST] > 0 ||
                  c->algorithm == ALGORITHM_POST_COPY);
        ck_assert((fates[FATE_KILLED] > 0) == leaves_pages(c->algorithm));
    } else {
        ck_assert_uint_eq(fates[FATE_KILLED], 0);
        ck_assert_uint_gt(fates[FATE_LOST], 0);
        /* the source could see that the last message had not left yet, or had
         * not been told to send it, or the target's last message is that the
         * process has ended */
        ck_assert((fates[FATE_SURVIVED] > 0) ==
                  (!g_str_equal(c->techniques, "all") ||
                   (*c->fault != '\0' && !leaves_pages(c->algorithm)) ||
                   c->algorithm == ALGORITHM_COPY_ON_REFERENCE ||
                   algorithm_stores(c->algorithm) || is_tested(c)));
    }
}

START_TEST(at_each_message)
{
    const Case here = case_of(_i), *c = &here;
    g_autoptr(Scenario) whole = make_scenario(c, "");
    g_autoptr(Run) whole_run = scenario_run(whole, true);
    g_autofree char *expected = scenario_output(whole_run, "tally");
    uint64_t messages = count_messages(whole_run, c->crashed);
    unsigned fates[FATES] = { 0 };

    ck_assert_uint_eq(scenario_check(whole, whole_run), 1);
    ck_assert_uint_gt(messages, 0);
    for (uint64_t k = 1; k <= messages; k++) {
        g_autofree char *crash = g_strdup_printf(
            "[crash %u]\nmessage = %" G_GUINT64_FORMAT "\n", c->crashed, k);
        g_autoptr(Scenario) scenario = make_scenario(c, crash);
        g_autoptr(Run) run = scenario_run(scenario, true);

        ck_assert_msg(run->result->reason == NULL, "%s\n%s",
                      run->result->reason, scenario->text->str);
        ck_assert_str_eq(run->result->end, "quiet");
        fates[find_fate(scenario, run, expected)]++;
    }
    check_fates(c, fates);
}
END_TEST

/* Between the messages, too: also before any has been sent. */
START_TEST(at_any_time)
{
    const Case here = case_of(_i), *c = &here;
    g_autoptr(Scenario) whole = make_scenario(c, "");
    g_autoptr(Run) whole_run = scenario_run(whole, true);
    g_autofree char *expected = scenario_output(whole_run, "tally");

    for (unsigned n = scenario_repeats(6); n > 0; n--) {
        g_autofree char *crash = g_strdup_printf(
            "[crash %u]\nat = %" G_GUINT64_FORMAT "ns\n", c->crashed,
            MOVE_NS + scenario_random(c->crashed == SOURCE ? 600000 : 200000));
        g_autoptr(Scenario) scenario = make_scenario(c, crash);
        g_autoptr(Run) run = scenario_run(scenario, true);

        ck_assert_msg(run->result->reason == NULL, "%s\n%s",
                      run->result->reason, scenario->text->str);
        ck_assert_str_eq(run->result->end, "quiet");
        (void)find_fate(scenario, run, expected);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("crashes");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, at_each_message, 0, CASES);
    tcase_add_loop_test(tcase, at_any_time, 0, CASES);
    return scenario_main("crashes", tcase);
}
