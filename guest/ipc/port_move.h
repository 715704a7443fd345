/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports of a process that moves: what migration asks of them.
 */
#ifndef IPC_PORT_MOVE_H
#define IPC_PORT_MOVE_H

#include <stdbool.h>
#include <stdint.h>

/* -- the old home -- */
/* The process runs at `target`: its ports follow. They go on accepting. */
void ports_depart(uint32_t pid, uint32_t epoch, uint32_t target);
/* Whether something of them is still here. */
bool ports_are_leaving(uint32_t pid);
/* `left` is called when that may have changed. */
void ports_on_left(void (*left)(uint32_t pid, uint32_t epoch));
/* The process will not run here or anywhere: its ports are closed. */
void ports_abandon(uint32_t pid);

/* -- the old home, if they are a part of the process: -- */
/* They accept nothing any more. False: they still ask for something; `left` is
 * called when they do not. */
bool ports_shut(uint32_t pid, uint32_t epoch);
/* Posts them, with all that they have; ports_depart() or ports_reopen() says
 * whether that counts. */
void ports_post(uint32_t pid, uint32_t epoch, uint32_t target);
void ports_reopen(uint32_t pid);

/* -- the new home -- */
/* A process that has come names this port, which is on its way from a node.
 * -ENFILE. */
int port_await(uint64_t id, uint32_t pid, uint32_t from);
/* The process runs: what came as a part of it accepts, and the other ends are
 * told. */
void ports_open(uint32_t pid);
/* The process is not going to run here after all. */
void ports_forget(uint32_t pid);

#endif
