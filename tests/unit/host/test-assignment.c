/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Experiments that are changed: --set, --no-migrate, other programs, and files
 * that were damaged at random.
 */
#include "experiment-fixture.h"

START_TEST(takes_assignments)
{
    const char *sets[] = {
        "link.latency=10us", "migration 1.at= 6ms ", "process sort.input=",
        "file /data/a=b.txt.source=words.txt", "file /x.y/z.source=words.txt",
        "process two.node=1", "process two.command=counter a=b.c", NULL,
    };
    GError *error = NULL;
    g_autoptr(Experiment) x = experiment_try(experiment_example,
                                             sets, &error);

    ck_assert_no_error(error);
    ck_assert_uint_eq(experiment_link(x, 0, 1)->latency_ns, 10000);
    ck_assert_uint_eq(((ExperimentMigration *)x->migrations->pdata[0])->at_ns,
                      6000000);
    ck_assert_ptr_nonnull(experiment_find_file(x, "/data/a=b.txt"));
    ck_assert_ptr_nonnull(experiment_find_file(x, "/x.y/z"));
    ck_assert_uint_eq(x->processes->len, 2);
    const ExperimentProcess *two = x->processes->pdata[1];
    ck_assert_str_eq(two->argv[1], "a=b.c");
    ck_assert_str_eq(two->program, "/bin/counter");
}
END_TEST

START_TEST(names_the_assignment_in_errors)
{
    static const struct {
        const char *set;
        const char *part;
    } cases[] = {
        { "latency=10us", "--set latency=10us: write GROUP.KEY=VALUE" },
        { ".latency=10us", "write GROUP.KEY=VALUE" },
        { "link.latency", "write GROUP.KEY=VALUE" },
        { "", "write GROUP.KEY=VALUE" },
        { "link.latency=1\n2", "control characters" },
        { "li[nk.latency=1", "no brackets" },
        { "link.latency=10", "--set link.latency=10: '10' needs a unit" },
        { "link.latncy=10us", "did you mean 'latency'" },
        { "lnk.latency=10us", "--set lnk.latency=10us: no such group" },
        { "migration 3.to=1", "--set migration 3.to=1: no 'process'" },
        { "migration 1.to=5", "--set migration 1.to=5: there is no node 5" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *sets[] = { cases[i].set, NULL };
        GError *error = NULL;
        ck_assert_ptr_null(experiment_try(experiment_example, sets, &error));
        ck_assert_error(error, GODWIT_ERROR_USAGE, cases[i].part);
    }
}
END_TEST

START_TEST(drops_migrations)
{
    g_autofree char *path = g_build_filename(experiment_folder, "x.ini", NULL);
    ExperimentOptions options = { .no_migrations = true };
    GError *error = NULL;

    ck_assert(g_file_set_contents(path, experiment_example, -1, NULL));
    g_autoptr(Experiment) x = experiment_load(path, &options, &error);
    ck_assert_no_error(error);
    ck_assert_uint_eq(x->migrations->len, 0);
    g_autofree char *text = experiment_format(x);
    ck_assert_ptr_null(strstr(text, "migration"));
}
END_TEST

START_TEST(finds_programs_where_they_are)
{
    static const struct {
        const char *command;
        const char *program;
    } cases[] = {
        { "counter", "/bin/counter" },
        { "/bin/counter 1", "/bin/counter" },
        { "/bin/busybox ls", "/bin/busybox" },
        { "/opt/tool", "/opt/tool" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *command = g_strdup_printf("process sort.command=%s",
                                                   cases[i].command);
        const char *sets[] = { command, "file /opt/tool.source=tool", NULL };
        GError *error = NULL;
        g_autoptr(Experiment) x = experiment_try(experiment_example,
                                                 sets, &error);
        ck_assert_no_error(error);
        const ExperimentProcess *process = x->processes->pdata[0];
        ck_assert_str_eq(process->program, cases[i].program);
    }
}
END_TEST

/* One to four damages: bytes changed, removed, doubled, or a cut. */
static void damage(GString *text, uint64_t *state)
{
    static const char spice[] = "[]=#.\n\r\0 '\"\\\x80\xff-0s9";
    unsigned count = 1 + suite_random(state) % 4;

    for (unsigned i = 0; i < count && text->len > 0; i++) {
        gssize at = (gssize)(suite_random(state) % text->len);
        gsize length = suite_random(state) % 30;
        switch (suite_random(state) % 4) {
        case 0:
            text->str[at] = spice[suite_random(state) % sizeof(spice)];
            break;
        case 1:
            g_string_erase(text, at,
                           (gssize)MIN(length, text->len - (gsize)at));
            break;
        case 2: {
            g_autofree char *part = g_strndup(text->str + at, length);
            g_string_insert(text, at, part);
            break;
        }
        default:
            g_string_truncate(text, (gsize)at);
            break;
        }
    }
}

START_TEST(survives_damaged_files)
{
    uint64_t state = 1;
    g_autofree char *path = g_build_filename(experiment_folder, "x.ini", NULL);
    unsigned accepted = 0;

    for (unsigned round = 0; round < 20000; round++) {
        g_autoptr(GString) text = g_string_new(experiment_example);
        g_autoptr(GError) error = NULL;
        damage(text, &state);
        g_autoptr(IniFile) ini = ini_file_parse(path, text->str, text->len,
                                                &error);
        g_autoptr(Experiment) x = ini != NULL
            ? experiment_read(ini, path, &error) : NULL;
        ck_assert_msg((x == NULL) == (error != NULL), "round %u", round);
        if (x == NULL) {
            ck_assert_int_eq(error->code, GODWIT_ERROR_USAGE);
            ck_assert(g_str_has_prefix(error->message, path));
        }
        accepted += x != NULL;
    }
    /* Most damages are errors, some are in comments and values. */
    ck_assert_uint_gt(accepted, 100);
    ck_assert_uint_lt(accepted, 10000);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        takes_assignments, names_the_assignment_in_errors, drops_migrations,
        finds_programs_where_they_are, survives_damaged_files,
    };

    return suite_run_with("assignment", experiment_set_up,
                          experiment_tear_down, tests, G_N_ELEMENTS(tests));
}
