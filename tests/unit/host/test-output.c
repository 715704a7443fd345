/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/output.c, lib/memory-hash.c and lib/run-dir.c: exactly once, hashes
 * that do not depend on how memory is stored, directories that are not ours.
 */
#include <sys/mman.h>

#include "lib/file.h"
#include "lib/memory-hash.h"
#include "lib/output.h"
#include "lib/run-dir.h"
#include "suite.h"

static char *folder;
static int folder_fd;

static void set_up(void)
{
    folder = suite_folder();
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
}

static void tear_down(void)
{
    close(folder_fd);
    suite_remove(folder);
    g_free(folder);
}

static OutputSet *make_set(void)
{
    static const char *const names[] = { "a", "b" };
    GError *error = NULL;
    OutputSet *set = output_set_new(names, 2, folder_fd, &error);

    ck_assert_no_error(error);
    return set;
}

static bool add(OutputSet *set, uint32_t pid, uint32_t stream, uint64_t offset,
                const char *text, GError **error)
{
    struct mb_output output = {
        .pid = pid, .stream = stream, .offset = offset,
        .length = (uint32_t)strlen(text),
    };

    return output_set_add(set, &output, (const uint8_t *)text, error);
}

static void expect_file(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *found = NULL;

    ck_assert(g_file_get_contents(path, &found, NULL, NULL));
    ck_assert_str_eq(found, text);
}

START_TEST(bytes_find_their_place)
{
    g_autoptr(OutputSet) set = make_set();
    GError *error = NULL;
    char sha256[SHA256_TEXT];
    char expected[SHA256_TEXT];
    uint64_t bytes;

    ck_assert(add(set, 1, 1, 6, "world", &error));
    ck_assert(!output_set_check(set, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "bytes before 6 of stdout of");
    ck_assert(add(set, 2, 2, 0, "oops", &error));
    ck_assert(add(set, 1, 1, 0, "hello ", &error));
    ck_assert(output_set_check(set, &error));
    expect_file("a.stdout", "hello world");
    expect_file("b.stderr", "oops");
    expect_file("a.stderr", "");
    ck_assert(output_set_hash(set, 0, 0, sha256, &bytes, &error));
    ck_assert_uint_eq(bytes, 11);
    sha256_of_data("hello world", 11, expected);
    ck_assert_str_eq(sha256, expected);
}
END_TEST

START_TEST(bytes_may_come_twice_if_they_are_the_same)
{
    g_autoptr(OutputSet) set = make_set();
    GError *error = NULL;

    ck_assert(add(set, 1, 1, 0, "abcdef", &error));
    ck_assert(add(set, 1, 1, 3, "defghi", &error));
    ck_assert(add(set, 1, 1, 0, "abc", &error));
    ck_assert(add(set, 1, 1, 0, "abcdefghijkl", &error));
    ck_assert(output_set_check(set, &error));
    expect_file("a.stdout", "abcdefghijkl");
    ck_assert(!add(set, 1, 1, 11, "Lm", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "not exactly once");
    ck_assert(!add(set, 1, 1, 0, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "not exactly once");
}
END_TEST

START_TEST(every_order_gives_the_same)
{
    uint64_t state = 6;

    for (unsigned round = 0; round < 50; round++) {
        g_autoptr(OutputSet) set = make_set();
        g_autofree char *text = g_malloc0(501);
        g_autofree bool *covered = g_new0(bool, 500);
        GError *error = NULL;
        for (unsigned i = 0; i < 500; i++) {
            text[i] = (char)('a' + i % 23);
        }
        for (unsigned left = 500; left > 0;) {
            unsigned at = suite_random(&state) % 500;
            unsigned length = 1 + suite_random(&state) % 20;
            length = MIN(length, 500 - at);
            g_autofree char *part = g_strndup(text + at, length);
            ck_assert(add(set, 1, 1, at, part, &error));
            for (unsigned i = at; i < at + length; i++) {
                left -= !covered[i];
                covered[i] = true;
            }
            bool whole = memchr(covered, 0, 500 - left) == NULL;
            ck_assert_int_eq(output_set_check(set, NULL), whole);
        }
        expect_file("a.stdout", text);
    }
}
END_TEST

START_TEST(hostile_output_is_refused)
{
    g_autoptr(OutputSet) set = make_set();
    GError *error = NULL;

    ck_assert(!add(set, 0, 1, 0, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "no such stream");
    ck_assert(!add(set, 3, 1, 0, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "no such stream");
    ck_assert(!add(set, 1, 0, 0, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "no such stream");
    ck_assert(!add(set, 1, 3, 0, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "no such stream");
    ck_assert(!add(set, 1, 1, OUTPUT_BYTES_MAX, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "more than 1 GiB");
    ck_assert(!add(set, 1, 1, UINT64_MAX, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "more than 1 GiB");
    ck_assert(add(set, 1, 1, OUTPUT_BYTES_MAX - 1, "x", &error));
    for (unsigned i = 0; i < 4095; i++) {
        ck_assert(add(set, 2, 1, 2 * i, "x", &error));
    }
    ck_assert(add(set, 2, 1, 9000, "x", &error));
    ck_assert(!add(set, 2, 1, 9002, "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "gaps");
}
END_TEST

/* -- memory -- */

START_TEST(memory_hash_is_of_contents_alone)
{
    static const char page_at_2[] = "page";
    int sparse = memfd_create("sparse", 0);
    int dense = memfd_create("dense", 0);
    g_autofree char *zeroes = g_malloc0(64 << 10);
    g_autoptr(Sha256) sha = sha256_new();
    g_autofree char *page = g_malloc0(4096);
    char expected[SHA256_TEXT];
    char one[SHA256_TEXT];
    char two[SHA256_TEXT];
    const MemoryHash both[] = {
        { sparse, 64 << 10, one }, { dense, 64 << 10, two },
    };

    ck_assert_int_eq(ftruncate(sparse, 64 << 10), 0);
    ck_assert_int_eq(pwrite(dense, zeroes, 64 << 10, 0), 64 << 10);
    ck_assert_int_eq(pwrite(sparse, page_at_2, 4, 2 * 4096 + 10), 4);
    ck_assert_int_eq(pwrite(dense, page_at_2, 4, 2 * 4096 + 10), 4);
    ck_assert(memory_hash_all(both, 2, NULL));
    ck_assert_str_eq(one, two);

    sha256_update(sha, "\2\0\0\0\0\0\0\0", 8);
    memcpy(page + 10, page_at_2, 4);
    sha256_update(sha, page, 4096);
    sha256_finish(sha, expected);
    ck_assert_str_eq(one, expected);

    /* One byte elsewhere is another memory. */
    ck_assert_int_eq(pwrite(dense, "x", 1, (64 << 10) - 1), 1);
    ck_assert(memory_hash_all(both, 2, NULL));
    ck_assert_str_ne(one, two);
    close(sparse);
    close(dense);
}
END_TEST

/* More than there are processors, each with its own hash in its own place. */
START_TEST(many_memories_are_hashed_at_once)
{
    enum { COUNT = 40 };
    MemoryHash hashes[COUNT];
    char texts[COUNT][SHA256_TEXT];
    char alone[SHA256_TEXT];
    GError *error = NULL;

    for (int i = 0; i < COUNT; i++) {
        int fd = memfd_create("memory", 0);
        ck_assert_int_eq(ftruncate(fd, 64 << 10), 0);
        ck_assert_int_eq(pwrite(fd, &(char) { (char)(i + 1) }, 1, 4096), 1);
        hashes[i] = (MemoryHash) { fd, 64 << 10, texts[i] };
    }
    ck_assert(memory_hash_all(hashes, COUNT, NULL));
    for (int i = 0; i < COUNT; i++) {
        MemoryHash hash = { hashes[i].fd, 64 << 10, alone };
        ck_assert(memory_hash_all(&hash, 1, NULL));
        ck_assert_str_eq(alone, texts[i]);
        ck_assert(i == 0 || strcmp(texts[i - 1], texts[i]) != 0);
    }
    close(hashes[17].fd);
    ck_assert(!memory_hash_all(hashes, COUNT, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "cannot map");
    for (int i = 0; i < COUNT; i++) {
        close(hashes[i].fd);
    }
}
END_TEST

/* -- files without a name -- */

static void publish(int fd)
{
    GError *error = NULL;

    ck_assert_int_ge(fd, 0);
    ck_assert(file_write_all(fd, "whole", 5, 0, &error));
    ck_assert(file_publish(fd, folder_fd, "file", &error));
    ck_assert_no_error(error);
    expect_file("file", "whole");
    close(fd);
}

/* Also on file systems that know no nameless files: from memory. */
START_TEST(a_file_gets_its_name_when_it_is_whole)
{
    GError *error = NULL;

    suite_write(folder, "file", "older and longer", 0644);
    publish(file_open_unnamed(folder_fd, &error));
    publish(memfd_create("file", 0));
    ck_assert(!file_publish_text(folder_fd, "no/such/folder", "x", &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "no/such/folder");
}
END_TEST

/* -- run directories -- */

START_TEST(run_directory_is_made_and_used_again)
{
    g_autofree char *path = g_build_filename(folder, "x.run", NULL);
    g_autofree char *stale = g_build_filename(path, "result.json", NULL);
    g_autofree char *output = g_build_filename(path, "out/a.stdout", NULL);
    GError *error = NULL;
    g_autoptr(RunDir) first = run_dir_create(path, &error);

    ck_assert_no_error(error);
    ck_assert_ptr_null(run_dir_create(path, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "in use by another run");
    ck_assert(g_file_set_contents(stale, "{}", -1, NULL));
    ck_assert(g_file_set_contents(output, "x", -1, NULL));
    g_clear_pointer(&first, run_dir_close);
    g_autoptr(RunDir) second = run_dir_create(path, &error);
    ck_assert_no_error(error);
    ck_assert(!g_file_test(stale, G_FILE_TEST_EXISTS));
    ck_assert(!g_file_test(output, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(other_directories_are_left_alone)
{
    static const char *const names[] = { "notes.txt", "experiment.ini" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, "mine", NULL);
        g_autofree char *file = g_build_filename(path, names[i], NULL);
        GError *error = NULL;
        ck_assert_int_eq(g_mkdir(path, 0755), 0);
        ck_assert(g_file_set_contents(file, "x", -1, NULL));
        ck_assert_ptr_null(run_dir_create(path, &error));
        ck_assert_error(error, GODWIT_ERROR_USAGE, "not a run directory");
        ck_assert(g_file_test(file, G_FILE_TEST_EXISTS));
        suite_remove(path);
    }
}
END_TEST

START_TEST(a_manifest_marks_a_run_directory)
{
    g_autofree char *notes = g_build_filename(folder, "notes.txt", NULL);
    GError *error = NULL;

    suite_write(folder, "manifest.json",
                "{ \"schema\" : \"" MANIFEST_SCHEMA "\" }", 0644);
    suite_write(folder, "notes.txt", "x", 0644);
    g_autoptr(RunDir) dir = run_dir_create(folder, &error);
    ck_assert_no_error(error);
    ck_assert(g_file_test(notes, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(results_are_only_read_where_there_are_some)
{
    GError *error = NULL;
    g_autofree char *file = g_build_filename(folder, "result.json", NULL);

    ck_assert_ptr_null(run_dir_read_result("/nowhere", NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "not a directory");
    ck_assert_ptr_null(run_dir_read_result(folder, NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_USAGE, "no result.json");
    ck_assert(g_file_set_contents(file, "{}", -1, NULL));
    ck_assert_ptr_null(run_dir_read_result(folder, NULL, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "'schema' is not");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        bytes_find_their_place, bytes_may_come_twice_if_they_are_the_same,
        every_order_gives_the_same, hostile_output_is_refused,
        memory_hash_is_of_contents_alone, many_memories_are_hashed_at_once,
        a_file_gets_its_name_when_it_is_whole,
        run_directory_is_made_and_used_again,
        other_directories_are_left_alone, a_manifest_marks_a_run_directory,
        results_are_only_read_where_there_are_some,
    };

    return suite_run_with("output", set_up, tear_down, tests,
                          G_N_ELEMENTS(tests));
}
