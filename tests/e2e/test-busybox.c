/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that nobody here wrote: the applets of the distribution's busybox,
 * moved at arbitrary instants, print what they print unmoved; and the same
 * experiment gives the same digest again, whatever else the host does.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "scenario.h"

#include "guest/include/uapi/algorithms.h"

#define GROUP_MOST      4
#define MOVES           4
#define BOOT_NS         1000000u
#define WORD_LINES      40000u
#define SMALL_LINES     4000u
#define RUNS_PER_GROUP  2
#define BUSY_LOOPS      3
#define TIMEOUT_S       300

static const char *const algorithms[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};

static const char *const groups[][GROUP_MOST] = {
    { "sort /data/words", "sha256sum /data/words /bin/busybox",
      "gzip -c /data/small", "wc /data/words" },
    { "awk '{ n[$1 % 97] += $1 } END { for (i = 0; i < 97; i++) print n[i] }'"
      " /data/words", "md5sum /data/words", "sed -e s/word/term/g /data/small",
      "grep -c 7 /data/words" },
    { "sort -n -r -k 1 /data/small", "bzip2 -c /data/small",
      "od -c /data/small", "uniq -c -f 1 /data/small" },
    { "diff /data/words /data/small", "tar cf - /data/small /data/words",
      "cut -d ' ' -f 2 /data/words", "hexdump -C /data/small" },
    { "factor 10000000000037 600851475143", "seq 1 30000",
      "find /data /bin /dev -name '*s*'", "du -a /data" },
    { "cp /data/words /tmp/copy", "dd if=/data/words of=/tmp/copy bs=3000",
      "sort -o /tmp/sorted /data/words", "tail -n 100 /data/words" },
    { "sha512sum /data/words", "base64 /data/small", "nl /data/small",
      "cksum /data/words /data/small" },
    { "env LC_ALL=C sort -r /data/words", "sh -c 'exec md5sum /data/words'",
      "sh -c 'n=0; while read -r a b; do n=$((n + a)); done; echo $n;"
      " exec wc /data/words' ", "sh -c 'exec env A=1 sed -n 7p /data/words'" },
    { "tr a-z A-Z", "dc -e '2 3000 ^ p'", "expr 12345 '*' 6789",
      "date -d @86400" },
};
#define GROUPS  (sizeof(groups) / sizeof(groups[0]))

static char *make_words(unsigned lines)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < lines; i++) {
        g_string_append_printf(text, "%u word%u\n",
                               (unsigned)(i * 7919ull % 40009), i % 1009);
    }
    return g_string_free(text, FALSE);
}

static char *process_name(unsigned i)
{
    return g_strdup_printf("p%u", i);
}

static Scenario *make_scenario(const char *const *group)
{
    g_autofree char *words = make_words(WORD_LINES);
    g_autofree char *small = make_words(SMALL_LINES);
    Scenario *scenario = scenario_new();

    scenario_add_file(scenario, "/data/words", words, strlen(words));
    scenario_add_file(scenario, "/data/small", small, strlen(small));
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        g_autofree char *name = process_name(i);
        g_autofree char *command = g_strdup_printf("busybox %s", group[i]);

        scenario_add_process(scenario, name, i % SCENARIO_NODES, command);
        if (g_str_has_prefix(group[i], "tr ") ||
            strstr(group[i], "while read") != NULL) {
            g_string_append(scenario->text, "input = /data/small\n");
        }
    }
    return scenario;
}

static int compare_times(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void add_moves(Scenario *scenario, const Run *reference)
{
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        g_autofree char *name = process_name(i);
        const ResultProcess *process = scenario_process(reference, name);
        uint64_t at_ns[MOVES];

        for (unsigned k = 0; k < MOVES; k++) {
            at_ns[k] = BOOT_NS + scenario_random(process->facts.end_ns);
        }
        qsort(at_ns, MOVES, sizeof(at_ns[0]), compare_times);
        for (unsigned k = 0; k < MOVES; k++) {
            scenario_add_migration(scenario, name, at_ns[k] + k,
                                   (i + k + 1) % SCENARIO_NODES,
                                   algorithms[scenario_random(
                                       ALGORITHM_COUNT)]);
        }
    }
}

static void check_same(const Scenario *scenario, const Run *is,
                       const Run *should)
{
    for (unsigned i = 0; i < GROUP_MOST; i++) {
        g_autofree char *name = process_name(i);
        const ResultProcess *a = scenario_process(is, name);
        const ResultProcess *b = scenario_process(should, name);

        ck_assert_msg(a->facts.wait_status == b->facts.wait_status,
                      "%s: wait status %#x, not %#x\n%s", name,
                      a->facts.wait_status, b->facts.wait_status,
                      scenario->text->str);
        ck_assert_msg(g_str_equal(a->stdout_sha256, b->stdout_sha256) &&
                      g_str_equal(a->stderr_sha256, b->stderr_sha256),
                      "%s: prints something else when moved\n%s", name,
                      scenario->text->str);
    }
}

START_TEST(print_the_same_when_moved)
{
    const char *const *group = groups[_i];
    g_autoptr(Scenario) unmoved = make_scenario(group);
    g_autoptr(Run) reference = scenario_run(unmoved, false);
    unsigned done = 0;

    (void)scenario_check(unmoved, reference);
    for (int i = 0; i < _i; i++) {
        (void)scenario_random(1);
    }
    for (unsigned i = scenario_repeats(RUNS_PER_GROUP); i > 0; i--) {
        g_autoptr(Scenario) scenario = make_scenario(group);

        add_moves(scenario, reference);
        g_autoptr(Run) run = scenario_run(scenario, true);
        check_same(scenario, run, reference);
        done += scenario_check(scenario, run);
    }
    ck_assert_uint_gt(done, 0);
}
END_TEST

static pid_t busy_loop(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
        }
    }
    return pid;
}

START_TEST(same_digest_again_and_under_load)
{
    g_autoptr(Scenario) unmoved = make_scenario(groups[0]);
    g_autoptr(Run) reference = scenario_run(unmoved, false);
    g_autoptr(Scenario) scenario = make_scenario(groups[0]);
    pid_t load[BUSY_LOOPS];

    add_moves(scenario, reference);
    g_autoptr(Run) first = scenario_run(scenario, true);
    g_autoptr(Run) second = scenario_run(scenario, true);
    for (unsigned i = 0; i < BUSY_LOOPS; i++) {
        load[i] = busy_loop();
    }
    g_autoptr(Run) third = scenario_run(scenario, true);
    for (unsigned i = 0; i < BUSY_LOOPS; i++) {
        kill(load[i], SIGKILL);
        waitpid(load[i], NULL, 0);
    }
    ck_assert_uint_gt(scenario_check(scenario, first), 0);
    ck_assert_str_eq(first->result->digest, second->result->digest);
    ck_assert_str_eq(first->result->digest, third->result->digest);
    ck_assert_str_ne(first->result->digest, reference->result->digest);
}
END_TEST

static const LedgerMigration *only_migration(const Run *run)
{
    const ResultMigration *migration;

    ck_assert_uint_eq(run->result->migrations->len, 1);
    migration = run->result->migrations->pdata[0];
    return migration->ledger;
}

/* The promise of the demo's process: 50 us, 1 Gbit/s. */
START_TEST(freeze_free_is_ten_times_faster)
{
    uint64_t latency_ns[ALGORITHM_COUNT];

    for (unsigned i = 0; i < ALGORITHM_COUNT; i++) {
        g_autofree char *words = make_words(WORD_LINES);
        g_autoptr(Scenario) scenario = scenario_new();

        scenario_add_file(scenario, "/data/words", words, strlen(words));
        scenario_add_process(scenario, "sort", 0, "busybox sort /data/words");
        scenario_add_migration(scenario, "sort", 20000000, 1, algorithms[i]);
        g_autoptr(Run) run = scenario_run(scenario, true);
        ck_assert_uint_eq(scenario_check(scenario, run), 1);
        latency_ns[i] = only_migration(run)->latency_ns;
        if (i == ALGORITHM_FREEZE_FREE) {
            ck_assert_uint_le(2 * latency_ns[i],
                              3 * only_migration(run)->wire_alone_ns);
        }
    }
    ck_assert_uint_ge(latency_ns[ALGORITHM_TOTAL_COPY],
                      10 * latency_ns[ALGORITHM_FREEZE_FREE]);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("busybox");

    scenario_seed();
    tcase_set_timeout(tcase, TIMEOUT_S);
    tcase_add_loop_test(tcase, print_the_same_when_moved, 0, GROUPS);
    tcase_add_test(tcase, same_digest_again_and_under_load);
    tcase_add_test(tcase, freeze_free_is_ten_times_faster);
    return scenario_main("busybox", tcase);
}
