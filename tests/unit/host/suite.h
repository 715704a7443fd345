/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main function of a test of the host tools, and what the tests share.
 *
 *     int main(void)
 *     {
 *         const TTest *tests[] = { parses_times, refuses_no_unit };
 *
 *         return suite_run("units", tests, G_N_ELEMENTS(tests));
 *     }
 */
#ifndef TESTS_UNIT_HOST_SUITE_H
#define TESTS_UNIT_HOST_SUITE_H

#include <check.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "lib/error.h"

#define SUITE_SECONDS   300

/* Tests, each between set_up and tear_down; both may be NULL. */
static inline int suite_run_with(const char *name, SFun set_up, SFun tear_down,
                                 const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner;
    int failed;

    tcase_set_timeout(tcase, SUITE_SECONDS);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
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

static inline int suite_run(const char *name, const TTest *const *tests,
                            size_t count)
{
    return suite_run_with(name, NULL, NULL, tests, count);
}

/* Numbers that are the same in every run (SplitMix64). */
static inline uint64_t suite_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A folder of its own for a test; suite_remove() takes it away. */
static inline char *suite_folder(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("godwit-test-XXXXXX", &error);

    g_assert_no_error(error);
    return folder;
}

static inline void suite_remove(const char *folder)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", folder);

    g_assert(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
}

static inline void suite_write(const char *folder, const char *name,
                               const char *text, int mode)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    GError *error = NULL;

    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    g_assert(g_chmod(path, mode) == 0);
}

/* A folder with all that a run of its file x.ini looks for: the environment
 * says that busybox, kernel and guest programs are in there. */
static inline char *suite_testbed(const char *experiment)
{
    char *folder = suite_folder();
    g_autofree char *busybox = g_build_filename(folder, "busybox", NULL);
    g_autofree char *kernel = g_build_filename(folder, "kernel", NULL);

    suite_write(folder, "busybox", "#busybox", 0755);
    suite_write(folder, "kernel", "kernel", 0644);
    suite_write(folder, "x.ini", experiment, 0644);
    g_setenv("GODWIT_BUSYBOX", busybox, TRUE);
    g_setenv("GODWIT_KERNEL", kernel, TRUE);
    g_setenv("GODWIT_USER_DIR", folder, TRUE);
    return folder;
}

/* An empty nameless file. */
static inline int suite_file(void)
{
    g_autofree char *name = NULL;
    int fd = g_file_open_tmp(NULL, &name, NULL);

    g_assert(fd >= 0);
    g_unlink(name);
    return fd;
}

/* The call failed, with this code and a message with this part in it. */
static inline void suite_expect_error(GError **error, int code,
                                      const char *part)
{
    const char *message = *error != NULL && (*error)->message != NULL
        ? (*error)->message : "(no error)";

    ck_assert_msg(*error != NULL && strstr(message, part) != NULL,
                  "'%s' does not say '%s'", message, part);
    ck_assert_int_eq((*error)->code, code);
    g_clear_error(error);
}

#define ck_assert_error(error, code, part) \
    suite_expect_error(&(error), code, part)

#define ck_assert_no_error(error) \
    ck_assert_msg((error) == NULL, "%s", \
                  (error) != NULL ? (error)->message : "")

#endif
