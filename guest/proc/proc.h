/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and threads.
 *
 * The kernel has one stack and is never re-entered: it runs from a trap to the
 * next return to user mode with interrupts off. A thread that has to wait is
 * left exactly as it was before the instruction it wants to run: a blocked
 * system call has its pc at the ecall and is executed again when the thread
 * wakes, a remote page is a fault that is taken again. So the whole state of a
 * thread is always its frame, its fp state and a few words here, and it can be
 * moved to another node at any time, waiting or not.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/clock.h"
#include "arch/frame.h"
#include "lib/codec.h"
#include "mm/vm.h"
#include "proc/cpu_time.h"
#include "proc/timer.h"

#define PROCS_MAX       256     /* as many as a plan can name */
#define THREADS_MAX     512     /* of all processes */
#define PROC_NAME       16
#define SIGNALS         64

struct files;                   /* fs/file.h */
struct mb_board_entry;          /* hw/abi/board.h */

enum thread_state {
    THREAD_RUNNABLE,
    THREAD_SLEEPING,            /* until woken or `timer` expires */
    THREAD_FROZEN,              /* moving out, or not complete yet */
};

/* What a sleeping thread waits for, for wake-ups and for people. */
enum wait_reason {
    WAIT_NONE,
    WAIT_TIME,
    WAIT_PAGE,                  /* key: object << WAIT_OBJECT_SHIFT | index */
    WAIT_MAP,                   /* the list of remote pages; key: as above */
    WAIT_FUTEX,                 /* key: pid << WAIT_PID_SHIFT | address */
    WAIT_CHILD,
    WAIT_SIGNAL,
    WAIT_PORT,                  /* key: number of the port */
    WAIT_POLL,                  /* any port of the process; key: pid */
    WAIT_FILE,                  /* key: of a file of /srv, see srv/client.h */
    WAIT_REASONS
};
#define WAIT_OBJECT_SHIFT   52      /* in the key of WAIT_PAGE, WAIT_MAP */
#define WAIT_PID_SHIFT      40      /* in the key of WAIT_FUTEX */

/* What a system call that slept must remember when it is run again; cleared
 * when it returns. Set by sched_sleep and syscall_dispatch, but not for waits
 * for pages, which are none of the call's business. Travels with the thread. */
struct restart {
    uint32_t nr;                /* the call's number; 0: not a restart */
    bool woken;                 /* by what it waited for, not by time */
    uint64_t deadline_ns;       /* absolute, TIMER_NONE if none */
    uint64_t partial;           /* what a call has done that can do less than
                                 * it was asked for, if a signal ends it */
    /* -- of calls on files of /srv -- */
    uint32_t call;              /* number of the one under way, 0: none */
    bool begun;                 /* a read or write: */
    uint64_t offset;            /* where it began */
    uint64_t done;              /* bytes so far */
};
#define TIMER_NONE  UINT64_MAX

struct thread {
    struct frame frame;         /* first: sscratch points here in user mode */
    struct fp_state fp;         /* valid when the unit is not this thread's */
    bool fp_used;               /* ever; false: fp is all zeroes */
    struct proc *proc;          /* NULL: slot is free */
    struct thread *sibling;     /* next thread of the process */
    struct thread *run_next;    /* in the run queue */
    uint32_t tid;
    enum thread_state state;
    enum wait_reason wait;
    uint64_t wait_key;
    struct timer timer;
    struct restart restart;
    uint64_t clear_child_tid;
    uint64_t robust_list;
    uint64_t sigmask;
    uint64_t sigpending;
    /* remote fault under way, 0 if none: stamped again at the next resume */
    uint64_t fault_tag;
    uint64_t fault_key;         /* its wait_key */
    struct mb_board_entry *board;   /* what people are told, proc/board.h */
    /* called once, at the first trap after the next return to user mode: by
     * then instant_entered(&frame) is when that was, exactly */
    void (*on_resumed)(struct thread *thread);
};

struct signal_action {          /* as rt_sigaction has it on riscv64 */
    uint64_t handler;
    uint64_t flags;
    uint64_t mask;
};

struct proc {
    uint32_t pid;               /* cluster-wide; 0: slot is free */
    uint32_t epoch;             /* migrations so far */
    uint32_t parent;
    char name[PROC_NAME];
    struct thread *threads;     /* list by sibling; the first is the leader */
    struct vm *vm;
    struct files *files;
    struct signal_action actions[SIGNALS];
    uint64_t actions_set;       /* bit n: actions[n] was set by the program;
                                 * others are all zeroes */
    /* what the process has used so far; it travels */
    uint64_t user_instructions;
    struct cpu_time user_time;
    /* begin of the stay in user mode with its first instruction on this node;
     * cycles 0: it has not executed any here */
    struct instant first_run;
    uint64_t syscalls;
    uint64_t faults;
    /* pages that were asked for ahead of their use since it came here */
    struct {
        uint32_t epoch;         /* of the move that brought it */
        uint32_t batches;
        uint32_t pages;         /* that came therefore */
    } prefetch;
    uint64_t output_offset[3];  /* per stream: bytes written so far */
    uint32_t file_calls;        /* to the file server, so far */
    uint64_t random[2];         /* state of getrandom: seeded by the plan */
    /* setitimer(ITIMER_REAL): when SIGALRM is due, 0 if never, and how long
     * after that again, 0 if not; the timer runs while the process does */
    uint64_t alarm_ns;
    uint64_t alarm_interval_ns;
    struct timer alarm;
    bool exiting;
    uint32_t exit_status;       /* Linux wait status */
    /* of the migration that is wanted or under way, see migrate/; NULL: none */
    void *move;
    uint32_t plan_next;         /* migrations of the plan before this one are
                                 * done with, as far as this process goes */
};

/* -- table -- */
struct proc *proc_find(uint32_t pid);                   /* NULL: not here */
struct proc *proc_create(uint32_t pid, const char *name);  /* NULL: full */
/* Frees everything. No trace record: also used after a migration. */
void proc_destroy(struct proc *proc);
/* A frozen thread, the last of the process. NULL: too many. */
struct thread *thread_create(struct proc *proc, uint32_t tid);
void thread_destroy(struct thread *thread);
/* Back to a thread that has not run yet, keeping identity and schedule. */
void thread_reset(struct thread *thread);
/* Iteration: proc_next(NULL) is the first. */
struct proc *proc_next(struct proc *proc);

/* Everything but vm, files and pages: identity, counters, signals, threads
 * with their frames, fp states, waits and restarts. */
void proc_encode(struct proc *proc, struct codec *c);
/* Into a process without threads; they are frozen afterwards. -EINVAL (not a
 * sound image, or of another pid), -ENOMEM. */
int proc_decode(struct proc *proc, struct codec *c);

/* -- life -- */
/* Ends the whole process: PROC_EXIT record, everything freed. `status` is a
 * Linux wait status. A process that is moving is ended when it is complete. */
void proc_exit(struct proc *proc, uint32_t status);
/* Ends one thread: clears and wakes its clear_child_tid; with the last thread
 * the process ends with `status`. A call that wants the word to be there calls
 * vm_user_check first. */
void thread_exit(struct thread *thread, uint32_t status);
/* Default action of a fault: FATAL record, then proc_exit(signal). */
void proc_fatal(struct thread *thread, int signal);
/* Sets the timer to alarm_ns. */
void proc_arm_alarm(struct proc *proc);
/* Posts a signal; ends, ignores, or wakes a sleeper as its action says. */
void proc_signal(struct proc *proc, int signal);

/* -- scheduling (proc/sched.c) -- */
struct thread *sched_current(void);
void sched_make_runnable(struct thread *thread);
/* Current thread (or any) sleeps; deadline TIMER_NONE: until woken only. */
void sched_sleep(struct thread *thread, enum wait_reason reason, uint64_t key,
                 uint64_t deadline_ns);
/* Wakes every thread that waits so; sets restart.woken. Returns how many. */
uint32_t sched_wake(enum wait_reason reason, uint64_t key, uint32_t most);
void sched_wake_thread(struct thread *thread);
/* Takes a thread off the processor and the queues / gives it back. Keeps what
 * it waited for: unfreezing a sleeper lets it sleep on (or re-run its call). */
void sched_freeze(struct thread *thread);
void sched_unfreeze(struct thread *thread);
/* Never returns: picks a thread and enters user mode, or idles in wfi. */
void sched_run(void) __attribute__((noreturn));
/* Makes the registers of the fp unit current in thread->fp. */
void sched_save_fp(struct thread *thread);

/* -- hooks: what lies above proc registers itself here at boot -- */
struct proc_hooks {
    /* It has just been started by the plan. */
    void (*started)(struct proc *proc);
    /* Returning to user mode with proc->move set: may freeze the thread. */
    void (*move)(struct proc *proc);
    /* The thread sleeps until a remote page comes (WAIT_PAGE: ask for it), or
     * the map that says whether the page is remote (WAIT_MAP). */
    void (*remote_fault)(struct thread *thread, struct pages *pages,
                         uint64_t index);
    /* An access of the thread faulted because it is watched (vm_watch), and for
     * nothing else: does it. */
    void (*referenced)(struct thread *thread);
    /* The process is about to be freed by exit. */
    void (*exiting)(struct proc *proc);
};
extern struct proc_hooks proc_hooks;

/* The one way to wait for a remote page: puts the thread to sleep, tells the
 * hook. Call with what vm_* answered VM_REMOTE for. */
void proc_wait_page(struct thread *thread, struct pages *pages,
                    uint64_t index);
/* From migration: page has arrived, or the map has. */
void proc_page_arrived(struct proc *proc, struct pages *pages, uint64_t index);

#endif
