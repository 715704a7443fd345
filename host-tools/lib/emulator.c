/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a node's emulator: nothing in it lets host time or host
 * randomness reach the guest.
 *
 * Memory, segment, RAM disk and console are inherited descriptors, so no file
 * name of this run exists anywhere and none has to be quoted.
 */
#include "emulator.h"

/* The buffer of translated code, see docs/specs/experiment.md, "Scale". */
#define TB_MIB  8

static void add(GPtrArray *words, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static void add(GPtrArray *words, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(words, g_strdup_vprintf(format, args));
    va_end(args);
}

static void add_clock(GPtrArray *words, const EmulatorConfig *config)
{
    g_autofree char *cost = cost_format(config->machine->cost);

    add(words, "-icount");
    add(words, "shift=0,sleep=off,rate=%u/%u,cost=%s",
        config->machine->clock_num, config->machine->clock_den, cost);
    add(words, "-accel");
    add(words, "tcg,thread=single,tb-size=%u%s%s", TB_MIB,
        config->accel_options != NULL ? "," : "",
        config->accel_options != NULL ? config->accel_options : "");
    add(words, "-smp");
    add(words, "1");
    add(words, "-seed");
    add(words, "%" G_GUINT64_FORMAT, config->seed);
    add(words, "-rtc");
    add(words, "base=2020-01-01T00:00:00,clock=vm");
}

static void add_shared_memory(GPtrArray *words, const char *id,
                              uint64_t bytes, int fd)
{
    add(words, "-object");
    add(words, "memory-backend-file,id=%s,size=%" G_GUINT64_FORMAT
        ",mem-path=/proc/self/fd/%d,share=on", id, bytes, fd);
}

static void add_machine(GPtrArray *words, const EmulatorConfig *config)
{
    static const char *const nothing_else[] = {
        "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(nothing_else); i++) {
        add(words, "%s", nothing_else[i]);
    }
    add_shared_memory(words, "ram", config->machine->memory_bytes,
                      config->memory_fd);
    add_shared_memory(words, "segment", config->segment_bytes,
                      config->segment_fd);
    add(words, "-machine");
    add(words, "virt,aia=none,memory-backend=ram");
    add(words, "-m");
    add(words, "%" G_GUINT64_FORMAT "k", config->machine->memory_bytes >> 10);
    add(words, "-device");
    add(words, "migbridge,memdev=segment,node=%u,addr=1%s%s", config->node,
        config->device_options != NULL ? "," : "",
        config->device_options != NULL ? config->device_options : "");
    add(words, "-chardev");
    add(words, "file,id=console,path=/proc/self/fd/%d", config->console_fd);
    add(words, "-serial");
    add(words, "chardev:console");
}

/* Only this host can reach them. */
static void add_ports(GPtrArray *words, const EmulatorConfig *config)
{
    add(words, "-monitor");
    if (config->monitor_port != 0) {
        /* Without nodelay an answer waits for the acknowledgement of the echo
         * before it: 40 ms. */
        add(words, "tcp:127.0.0.1:%u,server=on,wait=off,nodelay=on",
            config->monitor_port);
    } else {
        add(words, "none");
    }
    if (config->gdb_port != 0) {
        add(words, "-gdb");
        add(words, "tcp:127.0.0.1:%u", config->gdb_port);
        /* It waits until gdb lets it go. */
        add(words, "-S");
    }
}

char **emulator_command(const EmulatorConfig *config)
{
    GPtrArray *words = g_ptr_array_new();

    add(words, "%s", config->program);
    add_clock(words, config);
    add_machine(words, config);
    add_ports(words, config);
    add(words, "-bios");
    add(words, "none");
    add(words, "-kernel");
    add(words, "%s", config->kernel);
    add(words, "-initrd");
    add(words, "/proc/self/fd/%d", config->ramdisk_fd);
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
