/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets, see socket.h: what stands between descriptors and ports.
 *
 * A call that has to wait is left and run again when the port wakes its
 * waiters. Only a long write to a stream has done something by then: how much
 * is in thread->restart.partial.
 */
#include "fs/socket.h"

#include "include/uapi/linux-socket.h"
#include "ipc/port_move.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "proc/signal.h"
#include "proc/sys_time.h"
#include "proc/syscall.h"
#include "proc/syscalls.h"

#define NODE_SHIFT  32
#define RETRY_NS    1000000u

static struct port *port_of(struct node node)
{
    return port_find((uint64_t)node.pid << NODE_SHIFT | node.index);
}

struct port *socket_port(const struct file *file)
{
    struct port *port = port_of(file->node);

    kassert(port != NULL);
    return port;
}

int socket_install(struct files *files, const struct port *port,
                   uint32_t flags)
{
    const struct node node = {
        .kind = NODE_PORT,
        .index = (uint32_t)port->id,
        .pid = (uint32_t)(port->id >> NODE_SHIFT),
    };

    return files_install(files, FILE_SOCKET, node, LINUX_O_RDWR | flags);
}

void socket_close(struct node node)
{
    struct port *port = port_of(node);

    if (port != NULL) {
        port_close(port);
        port_settle();
    }
}

int sockets_await(const struct proc *proc, uint32_t from)
{
    const struct file *file = proc->files->open;
    int error = 0;

    for (uint64_t set = proc->files->open_used; set != 0 && error == 0;
         set >>= 1, file++) {
        if ((set & 1) && file->kind == FILE_SOCKET) {
            error = port_await((uint64_t)file->node.pid << NODE_SHIFT |
                                   file->node.index, proc->pid, from);
        }
    }
    return error;
}

/* -- waiting -- */

static bool may_block(const struct file *file, uint32_t flags)
{
    return (file->flags & LINUX_O_NONBLOCK) == 0 &&
           (flags & LINUX_MSG_DONTWAIT) == 0;
}

/* A signal that is due ends the wait before it has begun. */
static int64_t sleep_until(struct thread *thread, enum wait_reason reason,
                           uint64_t key, uint64_t deadline_ns)
{
    if (signal_is_due(thread)) {
        thread->restart.woken = false;
        thread->restart.deadline_ns = deadline_ns;
    } else {
        sched_sleep(thread, reason, key, deadline_ns);
    }
    return SYSCALL_RESTART;
}

int64_t socket_wait(struct thread *thread, const struct port *port,
                    int64_t answer, bool may_block, uint64_t timeout_ns)
{
    uint64_t deadline_ns = TIMER_NONE;

    if (answer == -EAGAIN && !may_block) {
        return -EAGAIN;
    }
    if (thread->restart.nr == SYSCALL_NR(thread)) {
        deadline_ns = thread->restart.deadline_ns;
    } else if (timeout_ns > 0) {
        deadline_ns = time_after(timeout_ns);
    }
    if (answer == -EAGAIN && time_now_ns() >= deadline_ns) {
        return -EAGAIN;
    }
    return sleep_until(thread, WAIT_PORT, port->id, deadline_ns);
}

int64_t socket_answer(struct thread *thread, const struct file *file,
                      int64_t answer)
{
    const struct port *port = socket_port(file);

    if (answer != -EAGAIN && answer != PORT_WAIT) {
        return answer;
    }
    return socket_wait(thread, port, answer, may_block(file, 0),
                       port->receive_timeout_ns);
}

int64_t socket_retry(struct thread *thread, const struct port *port)
{
    return sleep_until(thread, WAIT_PORT, port->id, time_after(RETRY_NS));
}

int64_t socket_poll_wait(struct thread *thread, uint64_t deadline_ns)
{
    if (time_now_ns() >= deadline_ns) {
        return 0;
    }
    return sleep_until(thread, WAIT_POLL, thread->proc->pid, deadline_ns);
}

/* -- sending -- */

static int64_t send_stream(struct thread *thread, struct port *port,
                           struct uio *uio, bool blocks)
{
    uint64_t done = thread->restart.nr == SYSCALL_NR(thread) ?
                    thread->restart.partial : 0;
    int64_t result;

    uio_skip(uio, done);
    do {
        result = port_send_stream(port, uio, uio->bytes - done);
        done += result > 0 ? (uint64_t)result : 0;
    } while (result > 0 && done < uio->bytes);
    if (result >= 0 || (done > 0 && (result != -EAGAIN || !blocks))) {
        return (int64_t)done;
    }
    if (result == -EAGAIN) {
        result = socket_wait(thread, port, result, blocks,
                             port->send_timeout_ns);
        if (result == SYSCALL_RESTART) {
            thread->restart.partial = done;
        } else if (done > 0) {
            result = (int64_t)done;
        }
    }
    return result;
}

static int64_t send_message(struct thread *thread, struct port *port,
                            struct uio *uio, const struct port_name *name,
                            bool blocks)
{
    struct link *link = NULL;
    int64_t result = 0;

    if (name != NULL && port->type == PORT_DATAGRAM) {
        result = port_reach(port, name, &link);
    }
    if (result == 0) {
        result = port_send_message(port, link, uio);
    }
    if (result == -EAGAIN || result == PORT_WAIT) {
        return socket_wait(thread, port, result, blocks,
                           port->send_timeout_ns);
    }
    return result;
}

int64_t socket_send(struct thread *thread, const struct file *file,
                    struct uio *uio, const struct port_name *name,
                    uint32_t flags)
{
    struct port *port = socket_port(file);
    bool blocks = may_block(file, flags);
    int64_t result;

    if (port->state == PORT_AWAITED) {
        return socket_wait(thread, port, PORT_WAIT, true, 0);
    }
    if (port->type == PORT_STREAM && name != NULL) {
        return port->peer != NULL ? -EISCONN : -EOPNOTSUPP;
    }
    result = uio_check(uio, uio->bytes, VM_READ);
    if (result != 0) {
        return result;
    }
    result = port->type == PORT_STREAM ?
             send_stream(thread, port, uio, blocks) :
             send_message(thread, port, uio, name, blocks);
    port_settle();
    if (result == -EPIPE && port->type == PORT_STREAM &&
        (flags & LINUX_MSG_NOSIGNAL) == 0) {
        signal_thread(thread, LINUX_SIGPIPE);
    }
    return result;
}

/* -- receiving -- */

/* As much as a wait for all of it can ever see. */
static bool is_enough(const struct port *port, const struct uio *uio)
{
    uint64_t most = port->window_bytes / 4;
    uint64_t wanted = uio->bytes < most ? uio->bytes : most;

    return port_readable_bytes(port) >= wanted ||
           (port_poll(port) & (LINUX_POLLRDHUP | LINUX_POLLERR)) != 0;
}

int64_t socket_receive(struct thread *thread, const struct file *file,
                       struct uio *uio, uint32_t flags,
                       struct receipt *receipt)
{
    struct port *port = socket_port(file);
    bool peek = (flags & LINUX_MSG_PEEK) != 0;
    bool blocks = may_block(file, flags);
    uint64_t most = port_readable_bytes(port);
    int64_t result = uio_check(uio, most < uio->bytes ? most : uio->bytes,
                               VM_WRITE);

    *receipt = (struct receipt){ 0 };
    if (result != 0) {
        return result;
    }
    if (port->state == PORT_AWAITED) {
        return socket_wait(thread, port, PORT_WAIT, true, 0);
    }
    if (port->type == PORT_STREAM && (flags & LINUX_MSG_WAITALL) != 0 &&
        blocks && !is_enough(port, uio)) {
        result = -EAGAIN;
    } else if (port->type == PORT_STREAM) {
        result = uio->bytes == 0 ? 0 :
                 port_receive_stream(port, uio, peek, receipt);
    } else {
        result = port_receive_message(port, uio, peek, receipt);
    }
    if (result == -EAGAIN || result == PORT_WAIT) {
        result = socket_wait(thread, port, result, blocks,
                             port->receive_timeout_ns);
    }
    port_settle();
    return result != 0 ? result : (int64_t)receipt->bytes;
}

int64_t socket_readable(struct thread *thread, const struct file *file,
                        uint64_t address)
{
    struct port *port = socket_port(file);
    struct vm *vm = thread->proc->vm;
    int32_t bytes = (int32_t)port_readable_bytes(port);
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(bytes), VM_WRITE));

    if (result == 0 && port->state == PORT_AWAITED) {
        result = socket_wait(thread, port, PORT_WAIT, true, 0);
    }
    if (result == 0) {
        (void)vm_user_write(vm, address, &bytes, sizeof(bytes));
    }
    return result;
}

static int64_t read_socket(struct file *file, struct thread *thread,
                           struct uio *uio, uint64_t offset)
{
    struct receipt receipt;

    (void)offset;
    return socket_receive(thread, file, uio, 0, &receipt);
}

static int64_t write_socket(struct file *file, struct thread *thread,
                            struct uio *uio, uint64_t offset)
{
    (void)offset;
    return socket_send(thread, file, uio, NULL, 0);
}

const struct file_ops socket_ops = {
    .read = read_socket,
    .write = write_socket,
};
