/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults and crashes of an experiment: from the file to the segment, and every
 * kind of error with its line.
 */
#include "experiment-fixture.h"
#include "lib/segment.h"

static const char example[] =
    "[experiment]\n"                        /* 1 */
    "name = faulty\n"
    "until = 10s\n"
    "[cluster]\n"
    "nodes = 3\n"                           /* 5 */
    "[link 0-1]\n"
    "latency = 50us\n"
    "bandwidth = 1Gbit/s\n"
    "late = 70us\n"
    "[link 1-2]\n"                          /* 10 */
    "latency = 50us\n"
    "bandwidth = 1Gbit/s\n"
    "reordering = 5%\n"
    "[fault 1]\n"
    "link = 1-0\n"                          /* 15 */
    "kind = delay\n"
    "message = 0\n"
    "[fault 2]\n"
    "link = 1-0\n"
    "kind = down\n"                         /* 20 */
    "at = 1ms\n"
    "until = 2ms\n"
    "[fault 3]\n"
    "link = 1-2\n"
    "kind = duplication\n"                  /* 25 */
    "message = 12\n"
    "late = 3us\n"
    "[crash 1]\n"
    "at = 5s\n"
    "[crash 2]\n"                           /* 30 */
    "message = 40\n"
    "[process one]\n"
    "node = 0\n"
    "command = counter\n";

static SegmentConfig *load(void)
{
    g_autoptr(Experiment) x = experiment_sound(example, NULL);

    return segment_config_of(x);
}

START_TEST(faults_reach_the_segment)
{
    g_autoptr(SegmentConfig) config = load();
    g_autoptr(Segment) segment = segment_create(config, NULL);
    const struct mb_link_model *back = &segment_link(segment, 1, 0)->model;
    const struct mb_link_model *far = &segment_link(segment, 1, 2)->model;
    const uint8_t *base = (const uint8_t *)segment->header;
    const struct mb_link_fault *fault =
        (const struct mb_link_fault *)(base + back->faults_offset);

    ck_assert_uint_eq(back->fault_count, 2);
    ck_assert_uint_eq(back->flags, MB_LINK_SWITCHED | MB_LINK_FAULTY);
    ck_assert_uint_eq(fault[0].kind, MB_LINK_FAULT_DELAY);
    ck_assert_uint_eq(fault[0].seq, 0);
    ck_assert_uint_eq(fault[0].late_ns, 70000);
    ck_assert_uint_eq(fault[0].from_ns, 0);
    ck_assert_uint_eq(fault[1].kind, MB_LINK_FAULT_DOWN);
    ck_assert_uint_eq(fault[1].seq, 0);
    ck_assert_uint_eq(fault[1].late_ns, 0);
    ck_assert_uint_eq(fault[1].from_ns, 1000000);
    ck_assert_uint_eq(fault[1].until_ns, 2000000);
    ck_assert_uint_eq(far->fault_count, 1);
    ck_assert_uint_eq(far->reordering, 214748364);
    ck_assert_uint_eq(far->late_ns, 50000);
    fault = (const struct mb_link_fault *)(base + far->faults_offset);
    ck_assert_uint_eq(fault->kind, MB_LINK_FAULT_DUPLICATION);
    ck_assert_uint_eq(fault->seq, 12);
    ck_assert_uint_eq(fault->late_ns, 3000);
    /* the other direction has no fault */
    ck_assert_uint_eq(segment_link(segment, 0, 1)->model.flags,
                      MB_LINK_SWITCHED);
}
END_TEST

/* The bridges take whatever an experiment can say. */
START_TEST(bridges_accept_models_and_faults)
{
    g_autoptr(SegmentConfig) config = load();
    g_autoptr(Segment) segment = segment_create(config, NULL);

    for (uint32_t i = 0; i < 9; i++) {
        const struct mb_link *link = segment_link(segment, i / 3, i % 3);
        ck_assert(link == NULL || mb_link_model_ok(&link->model));
    }
    for (unsigned i = 0; i < config->faults->len; i++) {
        ck_assert(mb_link_fault_ok(
            &g_array_index(config->faults, SegmentFault, i).fault));
    }
}
END_TEST

START_TEST(crashes_reach_the_segment)
{
    g_autoptr(SegmentConfig) config = load();

    ck_assert_uint_eq(config->nodes[0].crash_ns, MB_NEVER);
    ck_assert_uint_eq(config->nodes[0].crash_message, 0);
    ck_assert_uint_eq(config->nodes[1].crash_ns, 5000000000);
    ck_assert_uint_eq(config->nodes[1].crash_message, 0);
    ck_assert_uint_eq(config->nodes[2].crash_ns, MB_NEVER);
    ck_assert_uint_eq(config->nodes[2].crash_message, 40);
}
END_TEST

START_TEST(faults_are_written_as_they_are_read)
{
    GError *error = NULL;
    g_autoptr(Experiment) x = experiment_try(example, NULL, &error);
    ck_assert_no_error(error);
    g_autofree char *text = experiment_format(x);

    ck_assert_ptr_nonnull(strstr(text, "[fault 1]\nlink = 1-0\nkind = delay\n"
                                 "message = 0\nlate = 70us\n"));
    ck_assert_ptr_nonnull(strstr(text, "[fault 2]\nlink = 1-0\nkind = down\n"
                                 "at = 1ms\nuntil = 2ms\n"));
    ck_assert_ptr_nonnull(strstr(text, "[crash 2]\nmessage = 40\n"));
    experiment_round_trip(example);
}
END_TEST

/* Any rate, certainty too, marks its link. */
START_TEST(rates_reach_the_model)
{
    static const char *const names[] = {
        "loss", "corruption", "duplication", "reordering", "delay",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *set = g_strdup_printf("link 0-1.%s=1", names[i]);
        const char *sets[] = { set, NULL };
        struct mb_link_model model;
        g_autoptr(Experiment) x = experiment_try(example, sets, NULL);
        ck_assert_ptr_nonnull(x);
        ck_assert(experiment_link_model(x, 0, 1, &model));
        const uint32_t rates[] = {
            model.loss, model.corruption, model.duplication,
            model.reordering, model.delay,
        };
        ck_assert_uint_eq(model.flags, MB_LINK_SWITCHED | MB_LINK_FAULTY);
        for (size_t k = 0; k < G_N_ELEMENTS(rates); k++) {
            ck_assert_uint_eq(rates[k], k == i ? UINT32_MAX : 0);
        }
    }
}
END_TEST

static const ExperimentError wrong[] = {
    { "[fault 1]", "[fault 0]", "x.ini:14: [fault 0]: write [fault N] with a "
      "number from 1" },
    { "link = 1-0", "link = 1-3", "x.ini:15: [fault 1] link: there is no node "
      "3; the cluster has nodes 0 to 2" },
    { "link = 1-0", "link = 10", "x.ini:15: [fault 1] link: '10' is not two" },
    { "link = 1-0", "link = 1-1", "node 1 has no link to itself" },
    { "link = 1-0", "link = 2-0", "x.ini:15: [fault 1] link: nodes 2 and 0 "
      "have no link; add [link 2-0] or [link]" },
    { "kind = delay", "kind = delays", "x.ini:16: [fault 1] kind: there is no "
      "kind 'delays'; did you mean 'delay'?" },
    { "message = 0\n", "", "x.ini:14: [fault 1]: no 'message', which this kind "
      "of fault needs; add it" },
    { "message = 0\n", "message = 0\nat = 1ms\n", "x.ini:18: [fault 1] at: has "
      "no meaning for this kind of fault; remove it" },
    { "kind = delay", "kind = loss\nlate = 1us", "x.ini:17: [fault 1] late: "
      "has no meaning" },
    { "kind = down", "kind = down\nmessage = 1", "x.ini:21: [fault 2] message: "
      "has no meaning" },
    { "at = 1ms\n", "", "x.ini:18: [fault 2]: no 'at', which" },
    { "until = 2ms\n", "", "x.ini:18: [fault 2]: no 'until', which" },
    { "until = 2ms", "until = 1ms", "x.ini:22: [fault 2] until: is not after" },
    { "[crash 1]", "[crash 3]", "x.ini:28: [crash 3]: there is no node 3" },
    { "[crash 1]", "[crash one]", "write [crash N] with a number from 0" },
    { "at = 5s\n", "", "x.ini:28: [crash 1]: needs either 'at', a time, or "
      "'message', a number of messages" },
    { "at = 5s\n", "at = 5s\nmessage = 1\n", "x.ini:28: [crash 1]: needs" },
    { "at = 5s\n", "at = 10s\n", "x.ini:29: [crash 1] at: is not before the "
      "end of the run" },
    { "message = 40", "message = 0", "x.ini:31: [crash 2] message: 0 is out" },
};

START_TEST(names_line_and_remedy_of_every_error)
{
    experiment_refused_each(example, wrong, G_N_ELEMENTS(wrong));
}
END_TEST

START_TEST(faults_have_a_limit)
{
    GString *text = g_string_new(example);
    GError *error = NULL;

    for (unsigned i = 4; i <= MB_LINK_FAULTS_MAX; i++) {
        g_string_append_printf(text, "[fault %u]\nlink = 0-1\nkind = loss\n"
                               "message = %u\n", i, i);
    }
    g_autoptr(Experiment) x = experiment_try(text->str, NULL, &error);
    ck_assert_no_error(error);
    g_string_append(text, "[fault 5000]\nlink = 0-1\nkind = loss\n"
                    "message = 1\n");
    ck_assert_ptr_null(experiment_try(text->str, NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "more than 1024 faults; use "
                    "the rates of [link]");
    g_string_free(text, TRUE);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        faults_reach_the_segment, bridges_accept_models_and_faults,
        crashes_reach_the_segment, faults_are_written_as_they_are_read,
        rates_reach_the_model, names_line_and_remedy_of_every_error,
        faults_have_a_limit,
    };

    return suite_run_with("faults", experiment_set_up, experiment_tear_down,
                          tests, G_N_ELEMENTS(tests));
}
