/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cluster without a file server.
 */
#include "srv/srv.h"

#include "fs/file_system.h"

const struct file_ops served_ops;
const struct file_system served_file_system;

bool srv_serves(const char *path)
{
    return false;
}

void srv_hold(struct node node)
{
}

void srv_release(struct node node, bool closed)
{
}

void srv_release_moved(struct files *files)
{
}

void srv_path(uint32_t id, char *to)
{
}

void srv_forget_thread(uint32_t tid)
{
}
