/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/cpio.c, lib/plan.c and lib/ramdisk.c: the bytes that the guests read.
 */
#include <sys/stat.h>

#include "lib/cpio.h"
#include "lib/plan.h"
#include "lib/ramdisk.h"
#include "suite.h"

#include "hw/abi/plan.h"

static char *folder;

static void set_up(void)
{
    folder = suite_folder();
    suite_write(folder, "busybox", "#busybox", 0755);
    suite_write(folder, "words.txt", "hello\n", 0640);
    g_autofree char *busybox = g_build_filename(folder, "busybox", NULL);
    g_setenv("GODWIT_BUSYBOX", busybox, TRUE);
    g_setenv("GODWIT_USER_DIR", folder, TRUE);
}

static void tear_down(void)
{
    suite_remove(folder);
    g_free(folder);
}

static const char example[] =
    "[experiment]\nname = x\nseed = 258\n"
    "[cluster]\nnodes = 2\nmemory = 16MiB\n"
    "file_server = 1\ndisk = ssd\n"
    "[link]\nlatency = 50us\nbandwidth = 1Gbit/s\n"
    "[file /data/words.txt]\nsource = words.txt\n"
    "[process a]\nnode = 0\ncommand = busybox cat -\n"
    "input = /data/words.txt\n"
    "[process b]\nnode = 1\ncommand = busybox\nstart = 1us\n"
    "environment = A=1\n"
    "[migration 9]\nprocess = a\nat = 2ms\nto = 1\n"
    "algorithm = total-copy\n"
    "[migration 3]\nprocess = b\nat = 1ms\nto = 0\n"
    "algorithm = freeze-free\n"
    "techniques = -preallocated -implicit-resume\n";

static Experiment *load(const char *text)
{
    g_autofree char *path = g_build_filename(folder, "x.ini", NULL);
    ExperimentOptions options = { 0 };
    GError *error = NULL;

    ck_assert(g_file_set_contents(path, text, -1, NULL));
    Experiment *x = experiment_load(path, &options, &error);
    ck_assert_no_error(error);
    return x;
}

START_TEST(archive_has_these_bytes)
{
    static const char expected[] =
        "070701" "00000001" "000041ED" "00000000" "00000000" "00000002"
        "00000000" "00000000" "00000000" "00000000" "00000000" "00000000"
        "00000002" "00000000" "a\0"
        "070701" "00000002" "000081A4" "00000000" "00000000" "00000001"
        "00000000" "00000005" "00000000" "00000000" "00000000" "00000000"
        "00000004" "00000000" "a/b\0\0\0" "12345\0\0\0"
        "070701" "00000000" "00000000" "00000000" "00000000" "00000001"
        "00000000" "00000000" "00000000" "00000000" "00000000" "00000000"
        "0000000B" "00000000" "TRAILER!!!\0\0\0\0";
    g_autoptr(Cpio) cpio = cpio_new();
    g_autoptr(GBytes) contents = g_bytes_new_static("12345", 5);
    gsize bytes;

    cpio_add_file(cpio, "/a/b", 0644, contents);
    g_autoptr(GBytes) archive = cpio_finish(cpio);
    const char *data = g_bytes_get_data(archive, &bytes);
    ck_assert_uint_eq(bytes % 512, 0);
    ck_assert_uint_ge(bytes, sizeof(expected) - 1);
    ck_assert_mem_eq(data, expected, sizeof(expected) - 1);
}
END_TEST

START_TEST(archive_does_not_depend_on_the_order)
{
    static const char *const paths[] = { "/z", "/a/c", "/a-b", "/a/b/c" };
    g_autoptr(Cpio) forth = cpio_new();
    g_autoptr(Cpio) back = cpio_new();
    g_autoptr(GBytes) contents = g_bytes_new_static("x", 1);

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        cpio_add_file(forth, paths[i], 0644, contents);
        cpio_add_file(back, paths[G_N_ELEMENTS(paths) - 1 - i], 0644,
                      contents);
    }
    cpio_add_folder(back, "/a");
    g_autoptr(GBytes) one = cpio_finish(forth);
    g_autoptr(GBytes) two = cpio_finish(back);
    ck_assert(g_bytes_equal(one, two));
}
END_TEST

START_TEST(plan_has_these_bytes)
{
    static const uint8_t expected[] = {
        /* struct mb_plan */
        'P', 'L', 'A', 'N', 4, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0,
        70, 0, 0, 0, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 2, 0, 0, 0,         /* node 1 serves files from an ssd */
        /* process a: start, node, path, input, argc, argv, envc, envp */
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        13, 0, 0, 0, 3, 0, 0, 0, 29, 0, 0, 0, 0, 0, 0, 0,
        43, 0, 0, 0, 0, 0, 0, 0,
        /* process b */
        0xe8, 3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 43, 0, 0, 0,
        56, 0, 0, 0, 1, 0, 0, 0, 57, 0, 0, 0, 1, 0, 0, 0,
        65, 0, 0, 0, 0, 0, 0, 0,
        /* migration 3 at 1 ms: of process 1 to node 0, freeze-free
         * without implicit-resume and preallocated */
        0x40, 0x42, 0x0f, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0,
        0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x11, 0, 0, 0,
        /* migration 9 at 2 ms: of process 0 to node 1, total copy */
        0x80, 0x84, 0x1e, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    };
    static const char strings[] =
        "/bin/busybox\0" "/data/words.txt\0" "busybox\0cat\0-\0"
        "/bin/busybox\0" "\0" "busybox\0" "A=1\0";
    g_autoptr(Experiment) x = load(example);
    GError *error = NULL;
    g_autoptr(GBytes) plan = plan_encode(x, &error);
    gsize bytes;
    const uint8_t *data = g_bytes_get_data(plan, &bytes);

    ck_assert_no_error(error);
    ck_assert_uint_eq(bytes, sizeof(expected) + sizeof(strings));
    ck_assert_mem_eq(data + sizeof(expected), strings, sizeof(strings));
    ck_assert_mem_eq(data, expected, sizeof(expected));
}
END_TEST

START_TEST(plan_refuses_too_much_text)
{
    g_autoptr(Experiment) x = load(example);
    ExperimentProcess *process = x->processes->pdata[0];
    GError *error = NULL;

    g_free(process->argv[2]);
    process->argv[2] = g_strnfill(MB_PLAN_STRINGS, 'x');
    ck_assert_ptr_null(plan_encode(x, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "put data into a [file]");
}
END_TEST

/* Is there an entry of this name with this mode? */
static bool has_entry(GBytes *archive, const char *name, unsigned mode)
{
    gsize bytes;
    const char *data = g_bytes_get_data(archive, &bytes);
    g_autofree char *wanted = g_strdup_printf("%08X", mode);
    size_t at = 0;

    while (at + 110 <= bytes && memcmp(data + at, "070701", 6) == 0) {
        g_autofree char *size = g_strndup(data + at + 54, 8);
        g_autofree char *name_size = g_strndup(data + at + 94, 8);
        const char *found = data + at + 110;
        if (strcmp(found, name) == 0) {
            return strncmp(data + at + 14, wanted, 8) == 0;
        }
        at += (110 + strtoul(name_size, NULL, 16) + 3) & ~3ul;
        at += (strtoul(size, NULL, 16) + 3) & ~3ul;
    }
    return false;
}

START_TEST(ramdisk_has_what_is_needed)
{
    g_autoptr(Experiment) x = load(example);
    GError *error = NULL;
    g_autoptr(Ramdisk) ramdisk = ramdisk_build(x, &error);

    ck_assert_no_error(error);
    ck_assert(has_entry(ramdisk->archive, "bin", S_IFDIR | 0755));
    ck_assert(has_entry(ramdisk->archive, "bin/busybox", S_IFREG | 0755));
    ck_assert(has_entry(ramdisk->archive, "data", S_IFDIR | 0755));
    ck_assert(has_entry(ramdisk->archive, "data/words.txt", S_IFREG | 0644));
    ck_assert(has_entry(ramdisk->archive, "etc/godwit/plan", S_IFREG | 0644));
    ck_assert(has_entry(ramdisk->archive, "etc/passwd", S_IFREG | 0644));
    ck_assert(has_entry(ramdisk->archive, "tmp", S_IFDIR | 0755));
    ck_assert_uint_eq(ramdisk->programs->len, 1);
    ck_assert_uint_eq(ramdisk->inputs->len, 1);
    const RamdiskFile *file = ramdisk->inputs->pdata[0];
    ck_assert_uint_eq(file->bytes, 6);
    ck_assert_str_eq(file->sha256, "5891b5b522d5df086d0ff0b110fbd9d2"
                     "1bb4fc7163af34d08286a2e846f6be03");
}
END_TEST

START_TEST(ramdisk_has_the_same_bytes_each_time)
{
    g_autoptr(Experiment) x = load(example);
    g_autoptr(Ramdisk) one = ramdisk_build(x, NULL);
    g_autoptr(Ramdisk) two = ramdisk_build(x, NULL);
    GError *error = NULL;
    char sha256[SHA256_TEXT];
    char expected[SHA256_TEXT];
    gsize bytes;
    const void *data = g_bytes_get_data(one->archive, &bytes);

    ck_assert(g_bytes_equal(one->archive, two->archive));
    int fd = ramdisk_open(one, &error);
    ck_assert_no_error(error);
    ck_assert(sha256_of_fd(fd, sha256, &error));
    sha256_of_data(data, bytes, expected);
    ck_assert_str_eq(sha256, expected);
    /* Sealed: nobody changes what all nodes read. */
    ck_assert_int_lt(pwrite(fd, "x", 1, 0), 0);
    close(fd);
}
END_TEST

START_TEST(ramdisk_must_fit)
{
    g_autoptr(Experiment) x = load(example);
    g_autofree char *path = g_build_filename(folder, "words.txt", NULL);
    GError *error = NULL;

    /* Half of 16 MiB less 2 MiB, and one. */
    ck_assert_int_eq(truncate(path, (6 << 20) + 1), 0);
    ck_assert_ptr_null(ramdisk_build(x, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "raise [cluster] memory");
    ck_assert_int_eq(truncate(path, 6 << 20), 0);
    ck_assert_ptr_null(ramdisk_build(x, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "raise [cluster] memory");
    ck_assert_int_eq(truncate(path, 5 << 20), 0);
    g_autoptr(Ramdisk) ramdisk = ramdisk_build(x, &error);
    ck_assert_no_error(error);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        archive_has_these_bytes, archive_does_not_depend_on_the_order,
        plan_has_these_bytes, plan_refuses_too_much_text,
        ramdisk_has_what_is_needed, ramdisk_has_the_same_bytes_each_time,
        ramdisk_must_fit,
    };

    return suite_run_with("ramdisk", set_up, tear_down, tests,
                          G_N_ELEMENTS(tests));
}
