/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps from user mode: from entry.S to whoever is in charge, then back
 * through the scheduler.
 */
#include "proc/trap.h"

#include "arch/clock.h"
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
               offsetof(struct frame, cycles) == FRAME_CYCLES &&
               offsetof(struct frame, instret) == FRAME_INSTRET &&
               offsetof(struct frame, resume_cycles) == FRAME_RESUME_CYCLES &&
               sizeof(struct frame) == FRAME_BYTES, "entry.h");

/* What frame.cycles and frame.instret count of the kernel's own instructions
 * between two traps. */
#define TRAP_INSNS  (ENTRY_INSTRET_INSNS + EXIT_INSTRET_INSNS)

static uint64_t trap_cycles;

void trap_init(void)
{
    clock_measure();
    trap_cycles = clock_entry_cycles + clock_exit_cycles;
}

static void account(struct proc *proc, const struct frame *frame)
{
    uint64_t insns = frame->instret - frame->resume_instret - TRAP_INSNS;

    if (proc->first_run.cycles == 0 && insns != 0) {
        proc->first_run = instant_entered(frame);
    }
    proc->user_instructions += insns;
    proc->user_time.cycles += frame->cycles - frame->resume_cycles -
                              trap_cycles;
}

static void page_fault(struct thread *thread, enum vm_access access)
{
    struct vm *vm = thread->proc->vm;
    uint64_t address = thread->frame.tval;

    thread->proc->faults++;
    switch (vm_fault(vm, address, access)) {
    case 0:
        if (vm->watched) {
            proc_hooks.referenced(thread);
        }
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

    account(thread->proc, frame);
    if (on_resumed != NULL) {
        thread->on_resumed = NULL;
        cpu_time_fold(&thread->proc->user_time);
        on_resumed(thread);
    }
    if (frame->cause >> CAUSE_INTERRUPT_SHIFT) {
        plic_interrupt();
    } else {
        exception(thread);
    }
    sched_run();
}
