/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of /srv: one node serves them, all nodes see them. docs/files.md
 */
#ifndef SRV_SRV_H
#define SRV_SRV_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/node.h"
#include "hw/abi/ring.h"

/* A modified block is sent to the server so long after its file became so. */
#define SRV_WRITE_BACK_NS   1000000000ull

struct files;
struct proc;
struct thread;

/* After the plan and the RAM disk, before any process. */
void srv_init(void);
/* There is a file server, and the path (without its leading slash) is its. */
bool srv_serves(const char *path);
/* Messages of type MB_MSG_FILE; true: the page is kept. */
bool srv_receive(const struct mb_msg *msg, void *page, uint32_t length,
                 bool may_keep);
/* A peer is given up. */
void srv_lost(uint32_t node);

/* -- open files -- */
void srv_hold(struct node node);
/* `closed`: it is closed, else it has moved to another node. */
void srv_release(struct node node, bool closed);
/* All that are still open: they have moved. */
void srv_release_moved(struct files *files);
/* A path by which an open file is found, FS_PATH_MAX bytes. */
void srv_path(uint32_t id, char *to);

/* -- processes that move -- */
/* It runs here now, and its files are open here. */
void srv_arrived(const struct proc *proc);
/* It runs elsewhere now: what it has modified goes to the server. */
void srv_left(const struct files *files);
/* Some of that has not been sent yet; `flushed` is called when a file has. */
bool srv_is_flushing(const struct files *files);
void srv_on_flushed(void (*flushed)(void));
/* It ends here; before its files are closed. */
void srv_process_exits(const struct proc *proc);
/* A thread is not here any more. */
void srv_forget_thread(uint32_t tid);

#endif
