/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Panic: say what is known, then end the run with an error.
 *
 * Invariant: nothing here can panic or trap in its turn but by a damaged
 * kernel stack, which the check of every frame pointer is there for.
 */
#include "arch/panic.h"

#include <stdarg.h>
#include <stdbool.h>

#include "arch/cpu.h"
#include "arch/stack.h"
#include "drivers/migbridge.h"
#include "hw/abi/regs.h"
#include "lib/format.h"
#include "lib/printk.h"

#define BACKTRACE_MOST 32

extern char kernel_text_start[], kernel_text_end[];

static bool panicking;

static bool is_kernel_text(uint64_t pc)
{
    return pc >= (uint64_t)kernel_text_start && pc < (uint64_t)kernel_text_end;
}

static bool is_frame_pointer(uint64_t fp)
{
    return fp % 8 == 0 && fp >= (uint64_t)kernel_stack + 16 &&
           fp <= (uint64_t)kernel_stack_top;
}

/*
 * A function keeps its return address below its frame pointer, and below that
 * the frame pointer of its caller. One that calls nobody keeps only the latter:
 * then its return address is in `ra`.
 */
static void print_backtrace(uint64_t pc, uint64_t ra, uint64_t fp)
{
    printk("backtrace:\n  %016lx\n", pc);
    if (is_frame_pointer(fp) && is_frame_pointer(((uint64_t *)fp)[-1])) {
        printk("  %016lx\n", ra);
        fp = ((uint64_t *)fp)[-1];
    }
    for (unsigned i = 0; i < BACKTRACE_MOST && is_frame_pointer(fp); i++) {
        const uint64_t *frame = (const uint64_t *)fp;

        if (!is_kernel_text(frame[-1])) {
            break;
        }
        printk("  %016lx\n", frame[-1]);
        fp = frame[-2];
    }
}

static void print_registers(const struct frame *frame)
{
    static const char names[32][4] = {
        "pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2",
        "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7",
        "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    };

    for (unsigned i = 0; i < 32; i++) {
        printk("  %-3s %016lx%s", names[i], frame->x[i],
               i % 4 == 3 ? "\n" : "");
    }
}

static void __attribute__((noreturn)) stop(uint64_t pc, uint64_t cause,
                                           uint64_t tval)
{
    bridge_trace(MB_TRACE_PANIC, 0, 0, pc, cause, tval, 0);
    bridge_halt(MB_HALT_PANIC);
    cpu_stop();
}

void panic(const char *format, ...)
{
    const uint64_t *frame = __builtin_frame_address(0);
    va_list args;

    if (!panicking) {
        panicking = true;
        printk("panic: ");
        va_start(args, format);
        vprintk(format, args);
        va_end(args);
        printk("\n");
        print_backtrace(frame[-1], 0, frame[-2]);
    }
    stop(frame[-1], 0, 0);
}

void panic_trap(const struct frame *frame)
{
    if (!panicking) {
        panicking = true;
        printk("panic: trap in the kernel: scause %lx stval %lx\n",
               frame->cause, frame->tval);
        print_registers(frame);
        print_backtrace(FRAME_PC(frame), frame->x[REG_RA], frame->x[REG_FP]);
    }
    stop(FRAME_PC(frame), frame->cause, frame->tval);
}
