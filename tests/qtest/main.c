/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the migration bridge over qtest: docs/specs/device.md and link.md,
 * sentence by sentence. GODWIT_QEMU in the environment names the emulator.
 */
#include <check.h>
#include <stdlib.h>

#include "suites.h"

int main(void)
{
    Suite *suite = suite_create("migbridge");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, geometry_tests());
    suite_add_tcase(suite, register_tests());
    suite_add_tcase(suite, interrupt_tests());
    suite_add_tcase(suite, transmit_tests());
    suite_add_tcase(suite, record_tests());
    suite_add_tcase(suite, pair_tests());
    suite_add_tcase(suite, link_tests());
    suite_add_tcase(suite, fault_tests());
    suite_add_tcase(suite, model_tests());
    suite_add_tcase(suite, room_tests());
    suite_add_tcase(suite, export_tests());
    suite_add_tcase(suite, bad_export_tests());
    suite_add_tcase(suite, batch_tests());
    suite_add_tcase(suite, notice_tests());
    suite_add_tcase(suite, limit_tests());
    suite_add_tcase(suite, hostile_tests());
    suite_add_tcase(suite, fuzz_tests());

    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
