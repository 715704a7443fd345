/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files: offsets, shared by duplicates and not by second opens, appending,
 * holes, truncation, names that change and vanish under an open file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define RECORD      1000
#define RECORDS     60

static char record[RECORD];
static char got[RECORD];

static void make_record(uint64_t seed)
{
    for (int i = 0; i < RECORD; i++) {
        record[i] = (char)mix(seed ^ (uint64_t)(i / 8));
    }
}

static void write_records(int fd, uint64_t seed)
{
    for (uint64_t i = 0; i < RECORDS; i++) {
        make_record(seed + i);
        CHECK(write(fd, record, RECORD) == RECORD);
    }
}

/* One descriptor reads, its duplicate goes on where it has come to, and a
 * second open file of the same name starts at the beginning. */
static uint64_t read_records(const char *path, uint64_t seed)
{
    int fd = open(path, O_RDONLY);
    int twin = dup(fd);
    int other = open(path, O_RDONLY);
    uint64_t sum = 0;

    CHECK(fd >= 0 && twin >= 0 && other >= 0);
    for (uint64_t i = 0; i < RECORDS; i++) {
        make_record(seed + i);
        CHECK(read(i % 2 ? twin : fd, got, RECORD) == RECORD);
        CHECK(memcmp(got, record, RECORD) == 0);
        CHECK(lseek(fd, 0, SEEK_CUR) == (off_t)(i + 1) * RECORD);
        CHECK(read(other, got, RECORD) == RECORD);
        CHECK(memcmp(got, record, RECORD) == 0);
        sum = mix(sum ^ (uint64_t)got[i]);
    }
    CHECK(read(fd, got, 1) == 0);
    CHECK(close(fd) == 0 && close(twin) == 0 && close(other) == 0);
    return sum;
}

static void append_and_cut(const char *path, uint64_t seed)
{
    int fd = open(path, O_RDWR | O_APPEND);
    int reader = open(path, O_RDONLY);
    struct stat st;

    CHECK(fd >= 0 && reader >= 0);
    CHECK(lseek(fd, 5, SEEK_SET) == 5);
    make_record(seed + RECORDS);
    CHECK(write(fd, record, RECORD) == RECORD);
    CHECK(pread(reader, got, RECORD, RECORDS * RECORD) == RECORD);
    CHECK(memcmp(got, record, RECORD) == 0);
    CHECK(ftruncate(fd, 2500) == 0);
    CHECK(ftruncate(fd, 60000) == 0);
    CHECK(pread(reader, got, RECORD, 2000) == RECORD);
    make_record(seed + 2);
    CHECK(memcmp(got, record, 500) == 0);
    for (int i = 500; i < RECORD; i++) {
        CHECK(got[i] == 0);             /* cut off and grown again: zero */
    }
    CHECK(fstat(reader, &st) == 0 && st.st_size == 60000);
    CHECK(close(fd) == 0 && close(reader) == 0);
}

/* A file whose name is changed and removed stays what it is while open. */
static void lose_name(uint64_t seed)
{
    int fd = open("lose", O_RDWR | O_CREAT | O_EXCL, 0600);

    CHECK(fd >= 0);
    CHECK(open("lose", O_RDWR | O_CREAT | O_EXCL, 0600) == -1 &&
          errno == EEXIST);
    write_records(fd, seed);
    CHECK(rename("lose", "lost") == 0);
    CHECK(access("lose", F_OK) == -1 && errno == ENOENT);
    CHECK(unlink("lost") == 0);
    for (uint64_t i = 0; i < RECORDS; i += 7) {
        make_record(seed + i);
        CHECK(pread(fd, got, RECORD, (off_t)i * RECORD) == RECORD);
        CHECK(memcmp(got, record, RECORD) == 0);
    }
    CHECK(close(fd) == 0);
}

static int count_entries(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;

    CHECK(directory != NULL);
    while (readdir(directory) != NULL) {
        count++;
    }
    CHECK(closedir(directory) == 0);
    return count;
}

static void use_directory(void)
{
    char name[32];

    CHECK(mkdir("d", 0755) == 0 && chdir("d") == 0);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "file%d", i);
        CHECK(close(open(name, O_WRONLY | O_CREAT, 0644)) == 0);
    }
    CHECK(count_entries(".") == 12);
    CHECK(rmdir("../d") == -1 && errno == ENOTEMPTY);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "../d/file%d", i);
        CHECK(unlink(name) == 0);
    }
    CHECK(count_entries("../d") == 2);
    CHECK(chdir("..") == 0 && rmdir("d") == 0);
    CHECK(open("d/x", O_CREAT | O_WRONLY, 0644) == -1 &&
          errno == ENOENT);
}

/* files [TURNS [DIRECTORY]] */
int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 16);
    uint64_t sum = 0;

    CHECK(chdir(argc > 2 ? argv[2] : "/tmp") == 0);

    for (unsigned long turn = 0; turn < turns; turn++) {
        uint64_t seed = turn * 1000;
        int fd = open("records", O_WRONLY | O_CREAT | O_TRUNC, 0644);

        CHECK(fd >= 0);
        write_records(fd, seed);
        CHECK(close(fd) == 0);
        sum = mix(sum ^ read_records("records", seed));
        append_and_cut("records", seed);
        lose_name(seed);
        use_directory();
    }
    CHECK(unlink("records") == 0);
    return pass("files", sum);
}
