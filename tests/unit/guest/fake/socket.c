/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets where there are no ports.
 */
#include "fs/socket.h"

const struct file_ops socket_ops = { .seekable = false };

void socket_close(struct node node)
{
    (void)node;
}
