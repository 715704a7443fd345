/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/experiment-repeat.c: migrations that stand for many.
 */
#include "experiment-fixture.h"

#define EXAMPLE(keys) \
    "[experiment]\nname = repeated\nuntil = 1s\n[cluster]\nnodes = 3\n" \
    "[link]\nlatency = 10us\nbandwidth = 1Gbit/s\n" \
    "[process sort]\nnode = 0\ncommand = counter\nstart = 1ms\n" \
    "[migration 5]\nprocess = sort\nat = 5ms\nto = 2\nalgorithm = total-copy\n" \
    keys

static void check_moves(const Experiment *x, unsigned count)
{
    ck_assert_uint_eq(x->migrations->len, count);
    for (unsigned i = 0; i < count; i++) {
        const ExperimentMigration *m = x->migrations->pdata[i];

        ck_assert_uint_eq(m->id, 5 + i);
        ck_assert_uint_eq(m->at_ns, 5000000 + i * 2000);
        ck_assert_uint_eq(m->target, i % 2 == 0 ? 2 : 0);
        ck_assert_str_eq(m->process, "sort");
        ck_assert_uint_eq(m->algorithm_number, 0);
    }
}

START_TEST(goes_to_and_fro)
{
    static const char text[] =
        EXAMPLE("repeat = 4096\nevery = 2us\nback = 0\n");
    const char *odd[] = { "migration 5.repeat=3", NULL };
    const char *one[] = { "migration 5.repeat=1", NULL };
    g_autoptr(Experiment) most = experiment_sound(text, NULL);
    g_autoptr(Experiment) three = experiment_sound(text, odd);
    g_autoptr(Experiment) single = experiment_sound(text, one);

    check_moves(most, 4096);
    check_moves(three, 3);
    check_moves(single, 1);
    experiment_round_trip(text);
}
END_TEST

START_TEST(names_what_is_wrong)
{
    static const char text[] = EXAMPLE("repeat = 4\nevery = 2us\nback = 0\n");
    static const ExperimentError wrong[] = {
        { "every = 2us\n", "", "[migration 5] repeat: there is no 'every'" },
        { "back = 0\n", "", "[migration 5] repeat: there is no 'back'" },
        { "back = 0", "back = 3", "back: there is no node 3" },
        { "back = 0", "back = 2", "is on node 2 already" },
        { "repeat = 4\n", "repeat = 4097\n", "out of range" },
        { "every = 2us", "every = 400ms", "is not before the end" },
        { "back = 0\n", "back = 0\n[migration 8]\nprocess = sort\nat = 5ms\n"
          "to = 1\nalgorithm = total-copy\n", "has this number, too" },
        { "back = 0\n", "back = 0\n[migration 9]\nprocess = sort\nat = 5ms\n"
          "to = 1\nalgorithm = total-copy\nrepeat = 4093\nevery = 1us\n"
          "back = 0\n", "more than 4096 migrations" },
    };

    experiment_refused_each(text, wrong, G_N_ELEMENTS(wrong));
}
END_TEST

int main(void)
{
    const TTest *tests[] = { goes_to_and_fro, names_what_is_wrong };

    return suite_run_with("repeat", experiment_set_up, experiment_tear_down,
                          tests, G_N_ELEMENTS(tests));
}
