/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/emulator.c: the command line, word by word.
 */
#include "lib/emulator.h"
#include "suite.h"

/* Whatever is left out here lets host time or host randomness in. */
START_TEST(the_emulator_gets_these_words)
{
    const ExperimentNode machine = {
        .memory_bytes = 16 << 20, .clock_num = 2, .clock_den = 3,
    };
    const EmulatorConfig config = {
        .program = "/q", .kernel = "/k", .node = 3, .machine = &machine,
        .seed = 7, .segment_bytes = 4096, .memory_fd = 10, .segment_fd = 11,
        .ramdisk_fd = 12, .console_fd = 13,
    };
    g_auto(GStrv) words = emulator_command(&config);
    g_autofree char *line = g_strjoinv(" ", words);
    g_autofree char *cost = cost_format(machine.cost);
    g_autofree char *expected = g_strdup_printf("/q -icount "
        "shift=0,sleep=off,rate=2/3,cost=%s -accel "
        "tcg,thread=single,tb-size=8 -smp 1 -seed 7 -rtc "
        "base=2020-01-01T00:00:00,clock=vm -nodefaults -no-user-config "
        "-display none -nic none -object "
        "memory-backend-file,id=ram,size=16777216,mem-path=/proc/self/fd/10,"
        "share=on -object memory-backend-file,id=segment,size=4096,"
        "mem-path=/proc/self/fd/11,share=on -machine "
        "virt,aia=none,memory-backend=ram -m 16384k -device "
        "migbridge,memdev=segment,node=3,addr=1 -chardev "
        "file,id=console,path=/proc/self/fd/13 -serial chardev:console "
        "-monitor none "
        "-bios none -kernel /k -initrd /proc/self/fd/12", cost);

    ck_assert_str_eq(line, expected);
}
END_TEST

START_TEST(the_emulator_gets_doors_and_options)
{
    const ExperimentNode machine = {
        .memory_bytes = 16 << 20, .clock_num = 1, .clock_den = 1,
    };
    const EmulatorConfig config = {
        .program = "/q", .kernel = "/k", .node = 3, .machine = &machine,
        .monitor_port = 4444, .gdb_port = 65535, .device_options = "x-a=b",
        .accel_options = "one-insn-per-tb=on",
    };
    g_auto(GStrv) words = emulator_command(&config);
    g_autofree char *line = g_strjoinv(" ", words);

    ck_assert_ptr_nonnull(strstr(line, ",node=3,addr=1,x-a=b -chardev"));
    ck_assert_ptr_nonnull(strstr(line, "tb-size=8,one-insn-per-tb=on -smp"));
    ck_assert_ptr_nonnull(strstr(line, " -monitor tcp:127.0.0.1:4444,"
                                 "server=on,wait=off,nodelay=on "));
    ck_assert_ptr_nonnull(strstr(line, " -gdb tcp:127.0.0.1:65535 -S "));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_emulator_gets_these_words, the_emulator_gets_doors_and_options,
    };

    return suite_run("emulator", tests, G_N_ELEMENTS(tests));
}
