/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases of the bridge, one function per file.
 */
#ifndef TESTS_QTEST_SUITES_H
#define TESTS_QTEST_SUITES_H

#include <check.h>

/* Only what hangs is stopped: a slow host is no failure. */
#define SUITE_SECONDS   300

static inline TCase *suite_case(const char *name)
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, SUITE_SECONDS);
    return tests;
}

TCase *geometry_tests(void);
TCase *register_tests(void);
TCase *interrupt_tests(void);
TCase *transmit_tests(void);
TCase *record_tests(void);
TCase *pair_tests(void);
TCase *link_tests(void);
TCase *fault_tests(void);
TCase *model_tests(void);
TCase *room_tests(void);
TCase *export_tests(void);
TCase *bad_export_tests(void);
TCase *batch_tests(void);
TCase *notice_tests(void);
TCase *limit_tests(void);
TCase *hostile_tests(void);
TCase *fuzz_tests(void);

#endif
