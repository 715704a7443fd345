/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file server: answers calls, one after the other.
 */
#ifndef SRV_SERVER_H
#define SRV_SERVER_H

#include <stdint.h>

#include "srv/wire.h"

/* A call that has come and has not been answered. */
struct call {
    struct call *next;
    struct mb_msg msg;
    void *page;
    uint32_t length;
};

/* What a handler of a call answers beside 0 and -errno: it has to wait for
 * something, and nothing has happened yet. */
#define CALL_WAITS  1

typedef int call_fn(const struct call *call, struct wire_message *answer);

/* calls.c, names.c: those of threads and of caches, by number. */
call_fn call_open, call_stat, call_list, call_directory, call_remove;
call_fn call_rename, call_mode, call_times, call_resize, call_get, call_put;
call_fn call_sync, call_ask, call_read;

struct store_file;
/* The file that a call is about, by number or path. */
int call_file(const struct call *call, struct store_file **file);
/* A path of a call and what it leads to, with the trailing slash checked. */
int call_walk(const char *path, uint32_t bytes, struct store_file **parent,
              const char **name, struct store_file **file);

void server_init(void);
void server_receive(const struct mb_msg *msg, void *page, uint32_t length);
/* A node is lost, and with it what it had modified and not sent. */
void server_lost(uint32_t node);
/* Something has happened that calls may be waiting for. */
void serve_again(void);

#endif
