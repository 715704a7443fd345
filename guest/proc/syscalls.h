/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that exist: number, name, and by that the function
 * sys_NAME. Numbers are those of Linux on riscv64. What is not here is
 * answered with -ENOSYS.
 */
#ifndef PROC_SYSCALLS_H
#define PROC_SYSCALLS_H

#include <stdint.h>

#include "proc/syscall.h"

/* X(number, name), in the order of numbers */
#define SYSCALL_LIST(X) \
    X(17, getcwd) \
    X(23, dup) \
    X(24, dup3) \
    X(25, fcntl) \
    X(29, ioctl) \
    X(32, flock) \
    X(34, mkdirat) \
    X(35, unlinkat) \
    X(36, symlinkat) \
    X(37, linkat) \
    X(43, statfs) \
    X(44, fstatfs) \
    X(45, truncate) \
    X(46, ftruncate) \
    X(47, fallocate) \
    X(48, faccessat) \
    X(49, chdir) \
    X(50, fchdir) \
    X(52, fchmod) \
    X(53, fchmodat) \
    X(54, fchownat) \
    X(55, fchown) \
    X(56, openat) \
    X(57, close) \
    X(61, getdents64) \
    X(62, lseek) \
    X(63, read) \
    X(64, write) \
    X(65, readv) \
    X(66, writev) \
    X(67, pread64) \
    X(68, pwrite64) \
    X(69, preadv) \
    X(70, pwritev) \
    X(71, sendfile) \
    X(72, pselect6) \
    X(73, ppoll) \
    X(78, readlinkat) \
    X(79, newfstatat) \
    X(80, fstat) \
    X(81, sync) \
    X(82, fsync) \
    X(83, fdatasync) \
    X(88, utimensat) \
    X(93, exit) \
    X(94, exit_group) \
    X(96, set_tid_address) \
    X(98, futex) \
    X(99, set_robust_list) \
    X(101, nanosleep) \
    X(102, getitimer) \
    X(103, setitimer) \
    X(113, clock_gettime) \
    X(114, clock_getres) \
    X(115, clock_nanosleep) \
    X(122, sched_setaffinity) \
    X(123, sched_getaffinity) \
    X(124, sched_yield) \
    X(129, kill) \
    X(130, tkill) \
    X(131, tgkill) \
    X(134, rt_sigaction) \
    X(135, rt_sigprocmask) \
    X(136, rt_sigpending) \
    X(139, rt_sigreturn) \
    X(140, setpriority) \
    X(141, getpriority) \
    X(153, times) \
    X(154, setpgid) \
    X(155, getpgid) \
    X(156, getsid) \
    X(157, setsid) \
    X(158, getgroups) \
    X(160, uname) \
    X(163, getrlimit) \
    X(165, getrusage) \
    X(166, umask) \
    X(167, prctl) \
    X(168, getcpu) \
    X(169, gettimeofday) \
    X(172, getpid) \
    X(173, getppid) \
    X(174, getuid) \
    X(175, geteuid) \
    X(176, getgid) \
    X(177, getegid) \
    X(178, gettid) \
    X(179, sysinfo) \
    X(198, socket) \
    X(199, socketpair) \
    X(200, bind) \
    X(201, listen) \
    X(202, accept) \
    X(203, connect) \
    X(204, getsockname) \
    X(205, getpeername) \
    X(206, sendto) \
    X(207, recvfrom) \
    X(208, setsockopt) \
    X(209, getsockopt) \
    X(210, shutdown) \
    X(211, sendmsg) \
    X(212, recvmsg) \
    X(214, brk) \
    X(215, munmap) \
    X(216, mremap) \
    X(220, clone) \
    X(221, execve) \
    X(222, mmap) \
    X(223, fadvise64) \
    X(226, mprotect) \
    X(227, msync) \
    X(228, mlock) \
    X(229, munlock) \
    X(230, mlockall) \
    X(231, munlockall) \
    X(233, madvise) \
    X(242, accept4) \
    X(259, riscv_flush_icache) \
    X(261, prlimit64) \
    X(276, renameat2) \
    X(278, getrandom) \
    X(291, statx) \
    X(439, faccessat2)

enum syscall_number {
#define X(number, name) SYS_##name = number,
    SYSCALL_LIST(X)
#undef X
};

#define X(number, name) syscall_fn sys_##name;
SYSCALL_LIST(X)
#undef X

/* The number of the call that the thread is in. */
#define SYSCALL_NR(thread) ((thread)->frame.x[REG_A7])

/* What the machine calls itself. */
#define UNAME_SYSNAME   "Linux"
#define UNAME_RELEASE   "6.1.0-godwit"
#define UNAME_VERSION   "#1"

/* Wall-clock time at virtual time 0: 2020-01-01 00:00:00 UTC. */
#define EPOCH_S         1577836800

/* Nanoseconds since 1970. */
int64_t time_of_day_ns(void);
/* Processor time that the process has used in user mode. */
uint64_t proc_user_ns(const struct proc *proc);

#endif
