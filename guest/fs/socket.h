/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets: open files whose node is the number of a port (ipc/port.h).
 */
#ifndef FS_SOCKET_H
#define FS_SOCKET_H

#include <stdint.h>

#include "fs/open_file.h"
#include "ipc/port.h"

/* The port of a file of kind FILE_SOCKET, which may be on its way here. */
struct port *socket_port(const struct file *file);
/* A descriptor for a port of this node, or -EMFILE. `flags`: SOCK_NONBLOCK,
 * SOCK_CLOEXEC. */
int socket_install(struct files *files, const struct port *port,
                   uint32_t flags);
void socket_close(struct node node);
/* The process has come from a node; its ports are on their way. -ENFILE. */
int sockets_await(const struct proc *proc, uint32_t from);

/*
 * Messages to and from a socket, as the system calls' functions: bytes, -errno
 * or SYSCALL_RESTART. `flags`: LINUX_MSG_*; `name`: NULL or to whom.
 */
int64_t socket_send(struct thread *thread, const struct file *file,
                    struct uio *uio, const struct port_name *name,
                    uint32_t flags);
int64_t socket_receive(struct thread *thread, const struct file *file,
                       struct uio *uio, uint32_t flags,
                       struct receipt *receipt);

/* Waits for the port as an answer says: PORT_WAIT always, -EAGAIN if the call
 * may block, until timeout_ns (0: for ever) after its beginning. */
int64_t socket_wait(struct thread *thread, const struct port *port,
                    int64_t answer, bool may_block, uint64_t timeout_ns);
/* The same for an answer of a call that takes something from the socket. */
int64_t socket_answer(struct thread *thread, const struct file *file,
                      int64_t answer);
/* Sleeps for a moment: the other end has no room to be connected to. */
int64_t socket_retry(struct thread *thread, const struct port *port);
/* Sleeps until a port of the process is looked at, or until then. */
int64_t socket_poll_wait(struct thread *thread, uint64_t deadline_ns);
/* ioctl(FIONREAD). */
int64_t socket_readable(struct thread *thread, const struct file *file,
                        uint64_t address);

#endif
