/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps from user mode: from entry.S to whoever is in charge, then back
 * through the scheduler.
 */
#include "proc/trap.h"

#include "arch/csr.h"
#include "arch/entry.h"
#include "arch/fp.h"
#include "drivers/plic.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "mm/page.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "proc/syscall.h"

_Static_assert(offsetof(struct thread, frame) == 0, "sscratch");
_Static_assert(offsetof(struct frame, tval) == FRAME_TVAL &&
               offsetof(struct frame, time_ns) == FRAME_TIME &&
               offsetof(struct frame, instret) == FRAME_INSTRET &&
               offsetof(struct frame, resume_ns) == FRAME_RESUME_TIME &&
               sizeof(struct frame) == FRAME_BYTES, "entry.h");

static uint64_t ns_per_insn = 1;

void trap_init(void)
{
    uint64_t before;
    uint64_t after;

    __asm__ volatile("csrr %0, cycle\n\t"
                     "csrr %1, cycle"
                     : "=&r"(before), "=r"(after));
    ns_per_insn = after - before;
}

static void correct_counters(struct frame *frame)
{
    frame->time_ns -= ENTRY_TIME_INSNS * ns_per_insn;
    frame->instret -= ENTRY_INSTRET_INSNS;
    frame->resume_ns += EXIT_TIME_INSNS * ns_per_insn;
    frame->resume_instret += EXIT_INSTRET_INSNS;
}

static void page_fault(struct thread *thread, enum vm_access access)
{
    struct vm *vm = thread->proc->vm;
    uint64_t address = thread->frame.tval;

    thread->proc->faults++;
    switch (vm_fault(vm, address, access)) {
    case 0:
        break;
    case VM_REMOTE:
        proc_wait_page(thread, &vm->pages,
                       vm_remote_address(vm) >> PAGE_SHIFT);
        break;
    case -ENOMEM:
        printk("%s (%u): out of memory\n", thread->proc->name,
               thread->proc->pid);
        proc_fatal(thread, SIGKILL);
        break;
    case -EIO:
        proc_fatal(thread, SIGBUS);
        break;
    default:
        proc_fatal(thread, SIGSEGV);
    }
}

static void illegal(struct thread *thread)
{
    /* The unit is off unless the thread owns it; if that was not the reason,
     * the instruction traps again. */
    if (fp_give(&thread->fp)) {
        thread->fp_used = true;
    } else {
        proc_fatal(thread, SIGILL);
    }
}

static void exception(struct thread *thread)
{
    switch (thread->frame.cause) {
    case CAUSE_USER_ECALL:
        syscall_dispatch(thread);
        break;
    case CAUSE_FETCH_PAGE:
        page_fault(thread, VM_EXEC);
        break;
    case CAUSE_LOAD_PAGE:
        page_fault(thread, VM_READ);
        break;
    case CAUSE_STORE_PAGE:
        page_fault(thread, VM_WRITE);
        break;
    case CAUSE_ILLEGAL:
        illegal(thread);
        break;
    case CAUSE_BREAKPOINT:
        proc_fatal(thread, SIGTRAP);
        break;
    case CAUSE_FETCH_MISALIGNED:
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        proc_fatal(thread, SIGBUS);
        break;
    default:                    /* access faults */
        proc_fatal(thread, SIGSEGV);
    }
}

void user_trap(struct frame *frame)
{
    struct thread *thread = (struct thread *)frame;
    void (*on_resumed)(struct thread *) = thread->on_resumed;

    correct_counters(frame);
    thread->proc->user_instructions += frame->instret - frame->resume_instret;
    if (on_resumed != NULL) {
        thread->on_resumed = NULL;
        on_resumed(thread);
    }
    if (frame->cause >> CAUSE_INTERRUPT_SHIFT) {
        plic_interrupt();
    } else {
        exception(thread);
    }
    sched_run();
}
