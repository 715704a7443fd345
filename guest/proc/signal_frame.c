/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entering signal handlers, and rt_sigreturn.
 *
 * The state of the thread goes to its stack as struct signal_frame, laid out
 * as programs know it from Linux/riscv64.
 */
#include "arch/clock.h"
#include "arch/fp.h"
#include "arch/mmu.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/signal.h"
#include "proc/sys_time.h"
#include "proc/syscall.h"

#define SI_USER         0
#define SI_FAULT        1               /* SEGV_MAPERR, BUS_ADRALN, ... */

#define ECALL_BYTES     4
#define STACK_ALIGN     16ul

struct signal_info {
    int32_t signal;
    int32_t error;
    int32_t code;
    int32_t pad;
    uint64_t address;
    uint64_t reserved[13];
};
_Static_assert(sizeof(struct signal_info) == 128, "Linux ABI");

struct signal_context {
    uint64_t flags;
    uint64_t link;
    uint64_t alternate_stack[3];
    uint64_t mask;
    uint64_t reserved[16];              /* of the mask, and alignment */
    uint64_t x[32];                     /* x[0] is the pc */
    struct fp_state fp;                 /* the part for 64-bit registers */
    uint64_t fp_reserved[33];
};
_Static_assert(offsetof(struct signal_context, x) == 176 &&
               sizeof(struct signal_context) == 960, "Linux ABI");

struct signal_frame {
    struct signal_info info;
    struct signal_context context;
};

static bool is_fault(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL ||
           signal == SIGTRAP;
}

/* What is on its way back to user mode in a system call that slept: either
 * starts over behind the handler, or fails. */
static void interrupt_call(struct thread *thread, uint64_t flags)
{
    struct frame *frame = &thread->frame;

    if (thread->restart.nr == 0) {
        return;
    }
    if (thread->restart.partial > 0) {
        FRAME_PC(frame) += ECALL_BYTES;
        frame->x[REG_A0] = thread->restart.partial;
    } else if (!(flags & SA_RESTART) || thread->restart.deadline_ns != TIMER_NONE) {
        FRAME_PC(frame) += ECALL_BYTES;
        frame->x[REG_A0] = (uint64_t)-EINTR;
    }
    thread->restart = (struct restart){ .deadline_ns = TIMER_NONE };
}

static void fill_frame(struct thread *thread, int signal,
                       struct signal_frame *to)
{
    memset(to, 0, sizeof(*to));
    to->info.signal = signal;
    to->info.code = is_fault(signal) ? SI_FAULT : SI_USER;
    to->info.address = is_fault(signal) ? thread->frame.tval : 0;
    to->context.mask = thread->sigmask;
    memcpy(to->context.x, thread->frame.x, sizeof(to->context.x));
    sched_save_fp(thread);
    to->context.fp = thread->fp;
}

/* Makes sure that the signal page says `li a7, 139; ecall`. */
static int prepare_page(struct vm *vm)
{
    static const uint32_t code[2] = { 0x08b00893, 0x00000073 };
    bool modified;
    int answer = vm_user_check(vm, SIGNAL_PAGE, sizeof(code), VM_EXEC);

    if (answer == 0) {
        memcpy(vm->pages.ops->find(&vm->pages, SIGNAL_PAGE >> PAGE_SHIFT,
                                   &modified), code, sizeof(code));
        mmu_flush_code();
    }
    return answer;
}

static int enter_handler(struct thread *thread, int signal)
{
    struct vm *vm = thread->proc->vm;
    struct frame *frame = &thread->frame;
    struct signal_action *action = &thread->proc->actions[signal - 1];
    struct signal_frame saved;
    uint64_t sp = (frame->x[REG_SP] - sizeof(saved)) & ~(STACK_ALIGN - 1);
    int answer = vm_user_check(vm, sp, sizeof(saved), VM_WRITE);

    if (answer == 0) {
        answer = prepare_page(vm);
    }
    if (answer == 0) {
        answer = time_give_rest(thread);
    }
    if (answer != 0) {
        return answer;
    }
    interrupt_call(thread, action->flags);
    fill_frame(thread, signal, &saved);
    (void)vm_user_write(vm, sp, &saved, sizeof(saved));
    frame->x[REG_RA] = SIGNAL_PAGE;
    frame->x[REG_SP] = sp;
    frame->x[REG_A0] = (uint64_t)signal;
    frame->x[REG_A1] = sp + offsetof(struct signal_frame, info);
    frame->x[REG_A2] = sp + offsetof(struct signal_frame, context);
    FRAME_PC(frame) = action->handler;

    thread->sigpending &= ~signal_bit(signal);
    thread->sigmask |= action->mask;
    if (!(action->flags & SA_NODEFER)) {
        thread->sigmask |= signal_bit(signal);
    }
    if (action->flags & SA_RESETHAND) {
        action->handler = SIG_DFL;
    }
    return 0;
}

static int first_due(const struct thread *thread)
{
    int signal = 1;

    while (!(thread->sigpending & ~thread->sigmask & signal_bit(signal))) {
        signal++;
    }
    return signal;
}

void signal_deliver(struct thread *thread)
{
    struct proc *proc = thread->proc;
    int signal = first_due(thread);
    uint64_t handler = proc->actions[signal - 1].handler;
    int answer;

    if (thread->restart.nr != 0 && thread->restart.woken) {
        return;                 /* the call has its result: finish it first */
    }
    if (handler == SIG_DFL || handler == SIG_IGN) {
        /* It was blocked, or the action has changed since. */
        thread->sigpending &= ~signal_bit(signal);
        signal_thread(thread, signal);
        return;
    }
    answer = enter_handler(thread, signal);
    if (answer == VM_REMOTE) {
        /* a remote fault that begins here and not at the last trap */
        instant_set_left(&thread->frame, instant_now());
    }
    if (syscall_user(thread, answer) < 0 && thread->wait == WAIT_NONE) {
        printk("%s (%u): no stack for signal %d\n", proc->name, proc->pid,
               signal);
        proc_exit(proc, SIGSEGV);
    }
}

int64_t signal_return(struct thread *thread)
{
    struct vm *vm = thread->proc->vm;
    struct signal_frame saved;
    int answer = vm_user_read(vm, &saved, thread->frame.x[REG_SP],
                              sizeof(saved));

    if (answer == VM_REMOTE) {
        return syscall_user(thread, answer);
    }
    if (answer != 0) {
        proc_exit(thread->proc, SIGSEGV);
        return 0;
    }
    memcpy(thread->frame.x, saved.context.x, sizeof(thread->frame.x));
    thread->sigmask = saved.context.mask &
                      ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
    if (thread->fp_used) {
        fp_forget(&thread->fp);
        thread->fp = saved.context.fp;
    }
    return (int64_t)thread->frame.x[REG_A0];
}
