/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main function of a test of kernel files: one Check suite.
 *
 *     int main(void)
 *     {
 *         const TTest *tests[] = { reads_back, refuses_short_input };
 *
 *         return suite_run("codec", tests, SUITE_COUNT(tests));
 *     }
 */
#ifndef TESTS_UNIT_GUEST_SUITE_H
#define TESTS_UNIT_GUEST_SUITE_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

#define SUITE_COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define SUITE_SECONDS       300

/* ck_assert for inner loops: says nothing to Check until it fails. */
#define suite_check(condition) \
    do { \
        if (!(condition)) { \
            ck_abort_msg("%s", #condition); \
        } \
    } while (0)

static inline int suite_run(const char *name, const TTest *const *tests,
                            size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner;
    int failed;

    tcase_set_timeout(tcase, SUITE_SECONDS);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

/* Numbers that are the same in every run (SplitMix64). */
static inline uint64_t suite_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#endif
