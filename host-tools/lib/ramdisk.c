/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RAM disk of an experiment (docs/specs/experiment.md, "The RAM disk").
 */
#include "ramdisk.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "error.h"
#include "file.h"
#include "plan.h"
#include "testbed.h"
#include "units.h"

#include "hw/abi/plan.h"

/* The emulator puts the archive into the upper half of a node's memory, below
 * 2 MiB for the device tree. */
#define RESERVED_BYTES  (UINT64_C(2) << 20)

static const struct {
    const char *path;
    const char *text;
} accounts[] = {
    { "/etc/group", "root:x:0:\n" },
    { "/etc/passwd", "root:x:0:0:root:/:/bin/sh\n" },
};

static void file_free(void *data)
{
    RamdiskFile *file = data;

    g_free(file->path);
    g_free(file->source);
    g_free(file);
}

void ramdisk_free(Ramdisk *ramdisk)
{
    if (ramdisk != NULL) {
        g_clear_pointer(&ramdisk->archive, g_bytes_unref);
        g_ptr_array_unref(ramdisk->programs);
        g_ptr_array_unref(ramdisk->inputs);
        g_free(ramdisk);
    }
}

GPtrArray *ramdisk_files_new(void)
{
    return g_ptr_array_new_with_free_func(file_free);
}

void ramdisk_files_add(GPtrArray *files, const RamdiskFile *file)
{
    RamdiskFile *copy = g_memdup2(file, sizeof(*file));

    copy->path = g_strdup(file->path);
    copy->source = g_strdup(file->source);
    g_ptr_array_add(files, copy);
}

void ramdisk_files_copy(const GPtrArray *from, GPtrArray *to)
{
    for (unsigned i = 0; i < from->len; i++) {
        ramdisk_files_add(to, from->pdata[i]);
    }
}

static Ramdisk *ramdisk_new(void)
{
    Ramdisk *ramdisk = g_new0(Ramdisk, 1);

    ramdisk->programs = ramdisk_files_new();
    ramdisk->inputs = ramdisk_files_new();
    return ramdisk;
}

Ramdisk *ramdisk_new_of(GBytes *archive, const GPtrArray *programs,
                        const GPtrArray *inputs)
{
    Ramdisk *ramdisk = ramdisk_new();

    ramdisk->archive = g_bytes_ref(archive);
    ramdisk_files_copy(programs, ramdisk->programs);
    ramdisk_files_copy(inputs, ramdisk->inputs);
    return ramdisk;
}

/* Puts a file of this host into the archive and on the list. */
static bool add_file(Cpio *cpio, GPtrArray *list, const char *path,
                     const char *source, bool executable, uint64_t *room,
                     GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *data = NULL;
    struct stat status;
    gsize bytes;

    if (stat(source, &status) != 0) {
        godwit_fail_errno(error, "%s", source);
        return false;
    }
    if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size > *room) {
        return godwit_misuse(error, "%s does not fit: programs and files may "
                             "take half of a node's memory less 2MiB; raise "
                             "[cluster] memory", source);
    }
    if (!g_file_get_contents(source, &data, &bytes, &cause)) {
        return godwit_misuse(error, "%s", cause->message);
    }
    *room -= MIN(*room, bytes);
    RamdiskFile file = {
        .path = (char *)path, .source = (char *)source, .bytes = bytes,
    };
    sha256_of_data(data, bytes, file.sha256);
    ramdisk_files_add(list, &file);
    g_autoptr(GBytes) contents = g_bytes_new_take(g_steal_pointer(&data),
                                                  bytes);
    cpio_add_file(cpio, path, executable ? 0755 : 0644, contents);
    return true;
}

static bool has_program(const Ramdisk *ramdisk, const char *path)
{
    for (unsigned i = 0; i < ramdisk->programs->len; i++) {
        const RamdiskFile *file = ramdisk->programs->pdata[i];
        if (strcmp(file->path, path) == 0) {
            return true;
        }
    }
    return false;
}

/* The testbed's programs that the commands name. */
static bool add_programs(Ramdisk *ramdisk, Cpio *cpio,
                         const Experiment *experiment, uint64_t *room,
                         GError **error)
{
    for (unsigned i = 0; i < experiment->processes->len; i++) {
        const ExperimentProcess *process = experiment->processes->pdata[i];
        if (has_program(ramdisk, process->program) ||
            experiment_find_file(experiment, process->program) != NULL) {
            continue;
        }
        const char *name = strrchr(process->program, '/') + 1;
        g_autofree char *source = testbed_program(name);
        if (source == NULL) {
            return godwit_fail(error, "the program '%s' has vanished", name);
        }
        if (!add_file(cpio, ramdisk->programs, process->program, source, true,
                      room, error)) {
            return false;
        }
    }
    return true;
}

static void add_text(Cpio *cpio, const char *path, const char *text)
{
    g_autoptr(GBytes) contents = g_bytes_new_static(text, strlen(text));

    cpio_add_file(cpio, path, 0644, contents);
}

static bool add_all(Ramdisk *ramdisk, Cpio *cpio, const Experiment *experiment,
                    GError **error)
{
    uint64_t room = experiment_memory_min(experiment) / 2 - RESERVED_BYTES;
    g_autoptr(GBytes) plan = plan_encode(experiment, error);

    if (plan == NULL) {
        return false;
    }
    cpio_add_folder(cpio, EXPERIMENT_BIN);
    cpio_add_folder(cpio, "/tmp");
    for (size_t i = 0; i < G_N_ELEMENTS(accounts); i++) {
        add_text(cpio, accounts[i].path, accounts[i].text);
    }
    cpio_add_file(cpio, MB_PLAN_PATH, 0644, plan);
    if (!add_programs(ramdisk, cpio, experiment, &room, error)) {
        return false;
    }
    for (unsigned i = 0; i < experiment->files->len; i++) {
        const ExperimentFile *file = experiment->files->pdata[i];
        if (!add_file(cpio, ramdisk->inputs, file->path, file->source,
                      file->executable, &room, error)) {
            return false;
        }
    }
    return true;
}

Ramdisk *ramdisk_build(const Experiment *experiment, GError **error)
{
    g_autoptr(Ramdisk) ramdisk = ramdisk_new();
    g_autoptr(Cpio) cpio = cpio_new();

    if (!add_all(ramdisk, cpio, experiment, error)) {
        return NULL;
    }
    ramdisk->archive = cpio_finish(cpio);
    if (g_bytes_get_size(ramdisk->archive) >
        experiment_memory_min(experiment) / 2 - RESERVED_BYTES) {
        godwit_misuse(error, "the RAM disk does not fit: it may take half of a "
                      "node's memory less 2MiB; raise [cluster] memory");
        return NULL;
    }
    return g_steal_pointer(&ramdisk);
}

int ramdisk_open(const Ramdisk *ramdisk, GError **error)
{
    gsize bytes;
    const void *data = g_bytes_get_data(ramdisk->archive, &bytes);
    int fd = memfd_create("godwit-ramdisk", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0) {
        godwit_fail_errno(error, "cannot create the RAM disk");
        return -1;
    }
    if (!file_write_all(fd, data, bytes, 0, error)) {
        close(fd);
        return -1;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
              F_SEAL_SEAL) != 0) {
        godwit_fail_errno(error, "cannot seal the RAM disk");
        close(fd);
        return -1;
    }
    return fd;
}
