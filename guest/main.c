/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the boot loader to the first process.
 */
#include "main.h"

#include "arch/cpu.h"
#include "arch/fdt.h"
#include "arch/memlayout.h"
#include "arch/stack.h"
#include "drivers/migbridge.h"
#include "drivers/plic.h"
#include "fs/file.h"
#include "hw/abi/regs.h"
#include "lib/printk.h"
#include "migrate/migrate.h"
#include "mm/page.h"
#include "mm/vm.h"
#include "proc/board.h"
#include "proc/plan.h"
#include "proc/sched.h"
#include "proc/trap.h"
#include "srv/srv.h"

extern char kernel_end[];

/* All memory behind the kernel but the RAM disk. The device tree is not needed
 * any more. */
static void init_memory(const struct machine *machine)
{
    uint64_t free = virt_to_phys(kernel_end);

    if (machine->ramdisk_start == machine->ramdisk_end) {
        free = page_init(machine->ram_start, machine->ram_end, free);
        page_add(free, machine->ram_end);
        return;
    }
    if (machine->ramdisk_start < free ||
        machine->ramdisk_end > machine->ram_end) {
        panic("RAM disk at %lx is not in free memory", machine->ramdisk_start);
    }
    free = page_init(machine->ram_start, machine->ram_end, free);
    kassert(free <= machine->ramdisk_start);
    page_add(free, machine->ramdisk_start);
    page_add(machine->ramdisk_end, machine->ram_end);
}

static void init_files(const struct machine *machine)
{
    int error = fs_init(phys_to_virt(machine->ramdisk_start),
                        machine->ramdisk_end - machine->ramdisk_start);

    if (error != 0) {
        printk("RAM disk: not usable, error %d\n", -error);
        bridge_halt(MB_HALT_CONFIG);
        cpu_stop();
    }
    vm_set_backing_ops(&ramdisk_backing_ops);
}

void kernel_main(uint64_t fdt)
{
    struct machine machine;

    stack_mark_end();
    if (fdt_parse(phys_to_virt(fdt), FDT_BYTES_MAX, &machine) != 0) {
        panic("no usable device tree at %lx", fdt);
    }
    init_memory(&machine);
    trap_init();
    sched_init();
    plic_init();
    bridge_init();
    board_init();
    init_files(&machine);
    plan_init();
    srv_init();
    migrate_init();
    while (vm_prepare()) {
    }
    bridge_trace(MB_TRACE_BOOT, 0, 0, page_free_count() << PAGE_SHIFT, 0, 0,
                 0);
    sched_run();
}
