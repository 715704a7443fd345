/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the system calls on sockets share: descriptors and addresses.
 */
#ifndef PROC_SYS_SOCKET_H
#define PROC_SYS_SOCKET_H

#include <stdint.h>

#include "fs/open_file.h"
#include "ipc/port.h"
#include "proc/proc.h"

/* The open file of a socket whose port is here. -EBADF, -ENOTSOCK, or
 * SYSCALL_RESTART: the port is on its way. */
int64_t socket_get(struct thread *thread, uint64_t fd, struct file **file);
/* Reads a struct sockaddr_un. A name without bytes: AF_UNSPEC, or only the
 * family. Answers like syscall_user, or -EINVAL, -EAFNOSUPPORT. */
int64_t socket_read_name(struct thread *thread, uint64_t address,
                         uint64_t bytes, struct port_name *name,
                         uint16_t *family);
/* Writes it; `length` is the address of its room and then of its size. With
 * address 0 nothing is written. In two steps: what can fail comes first. */
int64_t socket_check_room(struct thread *thread, uint64_t address,
                          uint64_t length, uint32_t *room);
/* Returns the size that it has. */
uint32_t socket_write_name(struct thread *thread, uint64_t address,
                           uint32_t room, const struct port_name *name);

#endif
