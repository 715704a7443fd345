/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the Linux/riscv64 system-call ABI that is about sockets; see
 * linux-abi.h.
 */
#ifndef UAPI_LINUX_SOCKET_H
#define UAPI_LINUX_SOCKET_H

#include <stdint.h>

#include "linux-abi.h"

#define LINUX_AF_UNSPEC             0
#define LINUX_AF_UNIX               1
#define LINUX_SOCK_STREAM           1
#define LINUX_SOCK_DGRAM            2
#define LINUX_SOCK_RAW              3
#define LINUX_SOCK_SEQPACKET        5
#define LINUX_SOCK_TYPE             0xfu
#define LINUX_SOCK_NONBLOCK         LINUX_O_NONBLOCK
#define LINUX_SOCK_CLOEXEC          LINUX_O_CLOEXEC
#define LINUX_SOMAXCONN             4096

#define LINUX_MSG_OOB               0x1u
#define LINUX_MSG_PEEK              0x2u
#define LINUX_MSG_CTRUNC            0x8u
#define LINUX_MSG_TRUNC             0x20u
#define LINUX_MSG_DONTWAIT          0x40u
#define LINUX_MSG_EOR               0x80u
#define LINUX_MSG_WAITALL           0x100u
#define LINUX_MSG_NOSIGNAL          0x4000u
#define LINUX_MSG_CMSG_CLOEXEC      0x40000000u

#define LINUX_SHUT_RD               0
#define LINUX_SHUT_WR               1
#define LINUX_SHUT_RDWR             2

#define LINUX_SOL_SOCKET            1
#define LINUX_SO_REUSEADDR          2
#define LINUX_SO_TYPE               3
#define LINUX_SO_ERROR              4
#define LINUX_SO_BROADCAST          6
#define LINUX_SO_SNDBUF             7
#define LINUX_SO_RCVBUF             8
#define LINUX_SO_KEEPALIVE          9
#define LINUX_SO_LINGER             13
#define LINUX_SO_PASSCRED           16
#define LINUX_SO_PEERCRED           17
#define LINUX_SO_RCVTIMEO           20
#define LINUX_SO_SNDTIMEO           21
#define LINUX_SO_ACCEPTCONN         30
#define LINUX_SO_PROTOCOL           38
#define LINUX_SO_DOMAIN             39

#define LINUX_SUN_PATH              108u

struct linux_sockaddr_un {
    uint16_t family;
    char path[LINUX_SUN_PATH];
};

struct linux_msghdr {
    uint64_t name;
    uint32_t name_bytes;
    uint32_t pad1;
    uint64_t iov;
    uint64_t iov_count;
    uint64_t control;
    uint64_t control_bytes;
    uint32_t flags;
    uint32_t pad2;
};
_Static_assert(sizeof(struct linux_msghdr) == 56, "Linux ABI");

struct linux_ucred {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

#endif
