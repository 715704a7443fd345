/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the Linux/riscv64 system-call ABI that this kernel has: numbers
 * of constants and layouts of structures as programs see them.
 *
 * Names carry LINUX_ or linux_, so that this header can stand beside a C
 * library's own in tests, which check the one against the other.
 */
#ifndef UAPI_LINUX_ABI_H
#define UAPI_LINUX_ABI_H

#include <stdint.h>

/* -- files -- */
#define LINUX_AT_FDCWD              (-100)
#define LINUX_AT_SYMLINK_NOFOLLOW   0x100u
#define LINUX_AT_REMOVEDIR          0x200u
#define LINUX_AT_EACCESS            0x200u
#define LINUX_AT_SYMLINK_FOLLOW     0x400u
#define LINUX_AT_NO_AUTOMOUNT       0x800u
#define LINUX_AT_EMPTY_PATH         0x1000u
#define LINUX_AT_STATX_SYNC         0x6000u

#define LINUX_O_ACCMODE             00000003u
#define LINUX_O_RDONLY              00000000u
#define LINUX_O_WRONLY              00000001u
#define LINUX_O_RDWR                00000002u
#define LINUX_O_CREAT               00000100u
#define LINUX_O_EXCL                00000200u
#define LINUX_O_NOCTTY              00000400u
#define LINUX_O_TRUNC               00001000u
#define LINUX_O_APPEND              00002000u
#define LINUX_O_NONBLOCK            00004000u
#define LINUX_O_LARGEFILE           00100000u
#define LINUX_O_DIRECTORY           00200000u
#define LINUX_O_NOFOLLOW            00400000u
#define LINUX_O_NOATIME             01000000u
#define LINUX_O_CLOEXEC             02000000u
#define LINUX_O_PATH                010000000u
#define LINUX_O_TMPFILE             020000000u
/* what fcntl(F_SETFL) can change */
#define LINUX_O_SETTABLE \
    (LINUX_O_APPEND | LINUX_O_NONBLOCK | LINUX_O_NOATIME)

#define LINUX_S_IFMT                0170000u
#define LINUX_S_IFSOCK              0140000u
#define LINUX_S_IFLNK               0120000u
#define LINUX_S_IFREG               0100000u
#define LINUX_S_IFBLK               0060000u
#define LINUX_S_IFDIR               0040000u
#define LINUX_S_IFCHR               0020000u
#define LINUX_S_IFIFO               0010000u

#define LINUX_SEEK_SET              0
#define LINUX_SEEK_CUR              1
#define LINUX_SEEK_END              2
#define LINUX_SEEK_DATA             3
#define LINUX_SEEK_HOLE             4

#define LINUX_F_DUPFD               0
#define LINUX_F_GETFD               1
#define LINUX_F_SETFD               2
#define LINUX_F_GETFL               3
#define LINUX_F_SETFL               4
#define LINUX_F_GETLK               5
#define LINUX_F_SETLK               6
#define LINUX_F_SETLKW              7
#define LINUX_F_DUPFD_CLOEXEC       1030
#define LINUX_FD_CLOEXEC            1u

#define LINUX_RENAME_NOREPLACE      1u
#define LINUX_RENAME_EXCHANGE       2u
#define LINUX_RENAME_WHITEOUT       4u

#define LINUX_IOV_MAX               1024u
#define LINUX_RW_MAX                0x7ffff000ul
#define LINUX_PATH_MAX              4096u
#define LINUX_NAME_MAX              255u

#define LINUX_TCGETS                0x5401u
#define LINUX_FIONREAD              0x541bu
#define LINUX_FIONBIO               0x5421u

struct linux_iovec {
    uint64_t base;
    uint64_t bytes;
};

struct linux_timespec {
    int64_t sec;
    int64_t nsec;
};

struct linux_timeval {
    int64_t sec;
    int64_t usec;
};

struct linux_itimerval {
    struct linux_timeval interval;
    struct linux_timeval value;
};

struct linux_stat {
    uint64_t dev;
    uint64_t ino;
    uint32_t mode;
    uint32_t nlink;
    uint32_t uid;
    uint32_t gid;
    uint64_t rdev;
    uint64_t pad1;
    int64_t size;
    int32_t blksize;
    int32_t pad2;
    int64_t blocks;             /* of 512 bytes */
    struct linux_timespec atime;
    struct linux_timespec mtime;
    struct linux_timespec ctime;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct linux_stat) == 128, "Linux ABI");

#define LINUX_STATX_BASIC_STATS     0x7ffu

struct linux_statx_timestamp {
    int64_t sec;
    uint32_t nsec;
    int32_t reserved;
};

struct linux_statx {
    uint32_t mask;
    uint32_t blksize;
    uint64_t attributes;
    uint32_t nlink;
    uint32_t uid;
    uint32_t gid;
    uint16_t mode;
    uint16_t spare0;
    uint64_t ino;
    uint64_t size;
    uint64_t blocks;
    uint64_t attributes_mask;
    struct linux_statx_timestamp atime;
    struct linux_statx_timestamp btime;
    struct linux_statx_timestamp ctime;
    struct linux_statx_timestamp mtime;
    uint32_t rdev_major;
    uint32_t rdev_minor;
    uint32_t dev_major;
    uint32_t dev_minor;
    uint64_t spare[14];
};
_Static_assert(sizeof(struct linux_statx) == 256, "Linux ABI");

/* Followed by the name and its NUL, padded to 8 bytes in all. */
struct linux_dirent64 {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
} __attribute__((packed));
#define LINUX_DIRENT_NAME           19u
_Static_assert(sizeof(struct linux_dirent64) == LINUX_DIRENT_NAME,
               "Linux ABI");

struct linux_statfs {
    int64_t type;
    int64_t bsize;
    uint64_t blocks;
    uint64_t bfree;
    uint64_t bavail;
    uint64_t files;
    uint64_t ffree;
    int32_t fsid[2];
    int64_t namelen;
    int64_t frsize;
    int64_t flags;
    int64_t spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "Linux ABI");

#define LINUX_POLLIN                0x001
#define LINUX_POLLOUT               0x004
#define LINUX_POLLERR               0x008
#define LINUX_POLLHUP               0x010
#define LINUX_POLLNVAL              0x020
#define LINUX_POLLRDNORM            0x040
#define LINUX_POLLWRNORM            0x100
#define LINUX_POLLRDHUP             0x2000

struct linux_pollfd {
    int32_t fd;
    int16_t events;
    int16_t revents;
};

/* -- memory -- */
#define LINUX_PROT_READ             1u
#define LINUX_PROT_WRITE            2u
#define LINUX_PROT_EXEC             4u
#define LINUX_PROT_ALL              7u

#define LINUX_MAP_SHARED            0x01u
#define LINUX_MAP_PRIVATE           0x02u
#define LINUX_MAP_SHARED_VALIDATE   0x03u
#define LINUX_MAP_TYPE              0x0fu
#define LINUX_MAP_FIXED             0x10u
#define LINUX_MAP_ANONYMOUS         0x20u
#define LINUX_MAP_FIXED_NOREPLACE   0x100000u

#define LINUX_MREMAP_MAYMOVE        1u
#define LINUX_MREMAP_FIXED          2u

#define LINUX_MADV_DONTNEED         4
#define LINUX_MADV_FREE             8
#define LINUX_MADV_REMOVE           9

/* -- processes and time -- */
#define LINUX_CLOCK_REALTIME            0
#define LINUX_CLOCK_MONOTONIC           1
#define LINUX_CLOCK_PROCESS_CPUTIME     2
#define LINUX_CLOCK_THREAD_CPUTIME      3
#define LINUX_CLOCK_MONOTONIC_RAW       4
#define LINUX_CLOCK_REALTIME_COARSE     5
#define LINUX_CLOCK_MONOTONIC_COARSE    6
#define LINUX_CLOCK_BOOTTIME            7
#define LINUX_TIMER_ABSTIME             1u
#define LINUX_ITIMER_REAL               0
#define LINUX_TICKS_PER_SECOND          100u

#define LINUX_FUTEX_WAIT                0
#define LINUX_FUTEX_WAKE                1
#define LINUX_FUTEX_WAIT_BITSET         9
#define LINUX_FUTEX_WAKE_BITSET         10
#define LINUX_FUTEX_PRIVATE_FLAG        128
#define LINUX_FUTEX_CLOCK_REALTIME      256

#define LINUX_SIGILL                4
#define LINUX_SIGABRT               6
#define LINUX_SIGBUS                7
#define LINUX_SIGKILL               9
#define LINUX_SIGSEGV               11
#define LINUX_SIGPIPE               13
#define LINUX_SIGALRM               14
#define LINUX_SIGCHLD               17
#define LINUX_SIGCONT               18
#define LINUX_SIGSTOP               19
#define LINUX_SIG_DFL               0
#define LINUX_SIG_IGN               1
#define LINUX_SIG_BLOCK             0
#define LINUX_SIG_UNBLOCK           1
#define LINUX_SIG_SETMASK           2
#define LINUX_SS_DISABLE            2

#define LINUX_RLIMIT_STACK          3
#define LINUX_RLIMIT_CORE           4
#define LINUX_RLIMIT_NOFILE         7
#define LINUX_RLIMITS               16
#define LINUX_RLIM_INFINITY         UINT64_MAX

#define LINUX_RUSAGE_SELF           0
#define LINUX_RUSAGE_CHILDREN       (-1)
#define LINUX_RUSAGE_THREAD         1

#define LINUX_GRND_NONBLOCK         1u
#define LINUX_GRND_RANDOM           2u
#define LINUX_GRND_INSECURE         4u

#define LINUX_PR_SET_NAME           15
#define LINUX_PR_GET_NAME           16

struct linux_utsname {
    char sysname[65];
    char nodename[65];
    char release[65];
    char version[65];
    char machine[65];
    char domainname[65];
};

struct linux_sysinfo {
    int64_t uptime;
    uint64_t loads[3];
    uint64_t totalram;
    uint64_t freeram;
    uint64_t sharedram;
    uint64_t bufferram;
    uint64_t totalswap;
    uint64_t freeswap;
    uint16_t procs;
    uint16_t pad;
    uint32_t pad2;
    uint64_t totalhigh;
    uint64_t freehigh;
    uint32_t mem_unit;
    uint32_t pad3;
};
_Static_assert(sizeof(struct linux_sysinfo) == 112, "Linux ABI");

struct linux_rusage {
    struct linux_timeval utime;
    struct linux_timeval stime;
    int64_t maxrss;
    int64_t unused[3];
    int64_t minflt;
    int64_t majflt;
    int64_t rest[8];
};
_Static_assert(sizeof(struct linux_rusage) == 144, "Linux ABI");

struct linux_tms {
    int64_t utime;
    int64_t stime;
    int64_t cutime;
    int64_t cstime;
};

struct linux_rlimit {
    uint64_t cur;
    uint64_t max;
};

struct linux_sigaltstack {
    uint64_t sp;
    int32_t flags;
    int32_t pad;
    uint64_t size;
};

#endif
