/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of threads to the server.
 *
 * A system call makes a call and sleeps; when it is run again it finds the
 * answer. The call is named by its thread and a number that travel when the
 * process moves meanwhile: made again from the new node, it is the same call.
 */
#ifndef SRV_CALL_H
#define SRV_CALL_H

#include <stdint.h>

#include "proc/proc.h"
#include "srv/wire.h"

struct call_answer {
    struct mb_msg msg;
    void *page;                 /* length bytes; NULL with length 0 */
    uint32_t length;
};

/*
 * `msg` is what wire_message() made, with its arguments; `bytes` its payload,
 * at most a page. 0 with *answer, which is to be freed by call_finish; -errno,
 * the server's or -EIO: it is lost; SYSCALL_RESTART: the thread sleeps.
 */
int64_t call_make(struct thread *thread, const struct mb_msg *msg,
                  const void *bytes, uint32_t length,
                  struct call_answer **answer);
void call_finish(struct call_answer *answer);
/* For calls whose answer is no more than 0 or -errno. */
int64_t call_simply(struct thread *thread, const struct mb_msg *msg,
                    const void *bytes, uint32_t length);

/* From the server; the server is lost. */
void call_answered(const struct mb_msg *msg, void *page, uint32_t length);
void calls_cut_off(void);

#endif
