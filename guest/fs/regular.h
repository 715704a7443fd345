/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular files: what system calls need beside read and write.
 */
#ifndef FS_REGULAR_H
#define FS_REGULAR_H

#include <stdint.h>

#include "fs/content.h"
#include "proc/proc.h"

/* Turns the answer of content_* into a call's result: arranges to wait for
 * page `index` if it is VM_REMOTE. */
int64_t content_answer(struct thread *thread, struct content *content,
                       int result, uint64_t index);

#endif
