/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of an address space that knows each page of a window by itself:
 * which contents it must have, whether it is present, modified, or remote.
 * Each function does the same to the kernel's address space and to the model
 * and fails the test when they disagree.
 */
#ifndef TESTS_UNIT_GUEST_VM_MODEL_H
#define TESTS_UNIT_GUEST_VM_MODEL_H

#include "mm/vm.h"

#define MODEL_RAM_PAGES 1024u
#define MODEL_PAGES     48u             /* of the window */
#define MODEL_WINDOW    0x40000000ul
#define MODEL_WORD_AT   16u             /* the word that stands for a page */

/* The address space under test. */
extern struct vm *vm;

/* Pretended RAM with an empty address space / everything freed again. */
void model_begin(void);
void model_end(void);

uint64_t page_at(unsigned page);
uint64_t index_at(unsigned page);

void model_write(unsigned page, uint64_t word);
void model_read(unsigned page);
void model_map(unsigned first, unsigned last, bool from_file, uint8_t prot);
void model_unmap(unsigned first, unsigned last);
void model_protect(unsigned first, unsigned last, uint8_t prot);
void model_discard(unsigned first, unsigned last);
void model_mark(unsigned first, unsigned last, uint64_t word);
void model_install(unsigned page, bool modified);
/* All pages of the window, through mm/pages.h. */
void model_check(void);

#endif
