/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By what a process moves: an algorithm, and the techniques that it does
 * without, as mb_move_kind of hw/abi/message.h packs them.
 */
#ifndef MIGRATE_MOVE_KIND_H
#define MIGRATE_MOVE_KIND_H

#include <stdbool.h>
#include <stdint.h>

bool move_kind_is_known(uint32_t kind);

/*
 * "[ALGORITHM [TECHNIQUES] [pager=PAGER]]" between blanks; freeze-free with all
 * of them, served by the kernel, if it says nothing. TECHNIQUES: "all", "none",
 * or "-NAME" for each to do without. *pager: enum pager. Changes the text.
 * -EINVAL: there is no such algorithm, technique or pager, or it stands there
 * twice.
 */
int move_kind_parse(char *text, uint32_t *kind, uint32_t *pager);

#endif
