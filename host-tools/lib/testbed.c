/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the testbed's own parts are.
 */
#include "testbed.h"

#include <string.h>

#include "error.h"
#include "godwit-config.h"

/* A part, and where to look for it, in this order. */
typedef struct {
    const char *variable;
    const char *built;
    const char *installed;
} Part;

static const Part part_emulator = {
    "GODWIT_QEMU", GODWIT_QEMU, GODWIT_INSTALLED_QEMU,
};
static const Part part_kernel = {
    "GODWIT_KERNEL", GODWIT_KERNEL, GODWIT_INSTALLED_KERNEL,
};
static const Part part_user_dir = {
    "GODWIT_USER_DIR", GODWIT_USER_DIR, GODWIT_INSTALLED_USER_DIR,
};
static const Part part_busybox = {
    "GODWIT_BUSYBOX", GODWIT_BUSYBOX, GODWIT_INSTALLED_BUSYBOX,
};

/* The first place where it exists, or NULL. A variable that is set is obeyed
 * even if nothing is there: a typing error must not go unnoticed. */
static char *find_part(const Part *part)
{
    const char *named = g_getenv(part->variable);
    const char *const places[] = { part->built, part->installed };

    if (named != NULL && *named != '\0') {
        return g_file_test(named, G_FILE_TEST_EXISTS)
            ? g_canonicalize_filename(named, NULL) : NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (*places[i] != '\0' && g_file_test(places[i], G_FILE_TEST_EXISTS)) {
            return g_strdup(places[i]);
        }
    }
    return NULL;
}

static char *need_part(const Part *part, const char *what, GError **error)
{
    const char *named = g_getenv(part->variable);
    char *path = find_part(part);

    if (path == NULL) {
        godwit_fail(error, "%s is not at %s; build the testbed with "
                    "scripts/demo, or set %s", what,
                    named != NULL && *named != '\0' ? named : part->built,
                    part->variable);
    }
    return path;
}

char *testbed_emulator(GError **error)
{
    return need_part(&part_emulator, "the emulator", error);
}

char *testbed_kernel(GError **error)
{
    return need_part(&part_kernel, "the guest kernel", error);
}

/* A guest program: a regular executable file whose name has no extension. */
static bool is_program(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return *name != '.' && strpbrk(name, "./") == NULL &&
        g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
        g_file_test(path, G_FILE_TEST_IS_EXECUTABLE);
}

char *testbed_program(const char *name)
{
    if (strcmp(name, TESTBED_BUSYBOX) == 0) {
        return find_part(&part_busybox);
    }
    g_autofree char *folder = find_part(&part_user_dir);
    if (folder == NULL || *name == '\0' || !is_program(folder, name)) {
        return NULL;
    }
    return g_build_filename(folder, name, NULL);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **testbed_programs(void)
{
    GPtrArray *names = g_ptr_array_new();
    g_autofree char *busybox = find_part(&part_busybox);
    g_autofree char *folder = find_part(&part_user_dir);
    g_autoptr(GDir) dir = folder != NULL ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;

    if (busybox != NULL) {
        g_ptr_array_add(names, g_strdup(TESTBED_BUSYBOX));
    }
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (is_program(folder, name)) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
