/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the interpreter: the process's pages, and over them the cells that
 * have been stored to.
 *
 * Invariants: in a cell no bit is both known and unknown. A cell that is in use
 * is found from its place on without a gap.
 */
#include <stddef.h>

#include "migrate/lookahead_internal.h"
#include "mm/page.h"

#define WORD_BYTES  8u
#define NO_PAGE     UINT64_MAX
/* Some are always free: a search ends at one. */
#define CELLS_USED  (LOOKAHEAD_CELLS - 8u)

typedef uint64_t __attribute__((may_alias)) word;

/* funct5 of the atomic instructions. */
enum {
    AMOADD = 0x00, AMOSWAP = 0x01, LR = 0x02, SC = 0x03, AMOXOR = 0x04,
    AMOOR = 0x08, AMOAND = 0x0c, AMOMIN = 0x10, AMOMAX = 0x14,
    AMOMINU = 0x18, AMOMAXU = 0x1c,
};

void look_memory_start(struct lookahead *look)
{
    look->data = NULL;
    look->data_index = NO_PAGE;
    look->cell_count = 0;
    for (unsigned i = 0; i < LOOKAHEAD_CELLS; i++) {
        look->cells[i].address = 0;
    }
}

static struct lookahead_cell *cell_at(struct lookahead *look, uint64_t address)
{
    uint64_t i = address / WORD_BYTES % LOOKAHEAD_CELLS;

    while (look->cells[i].address != 0 && look->cells[i].address != address) {
        i = (i + 1) % LOOKAHEAD_CELLS;
    }
    return &look->cells[i];
}

/* The double word at an aligned address; *unknown has the bits that are not
 * known. */
static uint64_t read_word(struct lookahead *look, uint64_t address,
                          uint64_t *unknown)
{
    const struct lookahead_cell *cell = cell_at(look, address);
    uint64_t index = address >> PAGE_SHIFT;
    uint64_t value = 0;

    if (index != look->data_index) {
        look->data_index = index;
        look->data = look->page(look->context, index);
    }
    *unknown = UINT64_MAX;
    if (look->data != NULL) {
        *unknown = 0;
        value = *(const word *)(look->data + (address & PAGE_MASK));
    }
    if (cell->address != 0) {
        value = (value & ~cell->known) | (cell->value & cell->known);
        *unknown = (*unknown & ~cell->known) | cell->unknown;
    }
    return value;
}

static uint64_t mask_of(unsigned size)
{
    return UINT64_MAX >> (64 - (8u << size));
}

/* Returns false if part of it is unknown. */
static bool read(struct lookahead *look, uint64_t address, unsigned size,
                 bool is_signed, uint64_t *value)
{
    uint64_t at = address & ~(uint64_t)(WORD_BYTES - 1);
    unsigned shift = (unsigned)(address - at) * 8;
    unsigned bits = 8u << size;
    uint64_t unknown;
    uint64_t v = read_word(look, at, &unknown) >> shift;

    unknown >>= shift;
    if (shift + bits > 64) {
        uint64_t more;

        v |= read_word(look, at + WORD_BYTES, &more) << (64 - shift);
        unknown |= more << (64 - shift);
    }
    v <<= 64 - bits;
    *value = is_signed ? (uint64_t)((int64_t)v >> (64 - bits))
                       : v >> (64 - bits);
    return (unknown & mask_of(size)) == 0;
}

/* Changes the bits of `mask` in one double word. Without a cell for it nothing
 * that follows can be told. */
static void write_word(struct lookahead *look, uint64_t address, uint64_t mask,
                       uint64_t value, bool known)
{
    struct lookahead_cell *cell = cell_at(look, address);

    if (cell->address == 0) {
        if (look->cell_count == CELLS_USED || address == 0) {
            look->is_over = true;
            return;
        }
        look->cell_count++;
        *cell = (struct lookahead_cell){ .address = address };
    }
    cell->value = (cell->value & ~mask) | (value & mask);
    cell->known = known ? cell->known | mask : cell->known & ~mask;
    cell->unknown = known ? cell->unknown & ~mask : cell->unknown | mask;
}

static void write(struct lookahead *look, uint64_t address, unsigned size,
                  uint64_t value, bool known)
{
    uint64_t at = address & ~(uint64_t)(WORD_BYTES - 1);
    unsigned shift = (unsigned)(address - at) * 8;
    uint64_t mask = mask_of(size);

    write_word(look, at, mask << shift, value << shift, known);
    if (shift + (8u << size) > 64) {
        write_word(look, at + WORD_BYTES, mask >> (64 - shift),
                   value >> (64 - shift), known);
    }
}

/* -- instructions -- */

static void set(struct lookahead *look, unsigned rd, uint64_t value, bool known)
{
    look_set(look, rd, value, 0, 0);
    if (!known) {
        look_forget(look, rd);
    }
}

enum lookahead_step look_load(struct lookahead *look, unsigned rd, unsigned rs1,
                              int64_t imm, unsigned size, bool is_signed)
{
    uint64_t value;
    bool known;

    if (!lookahead_knows(look, rs1)) {
        look_forget(look, rd);
        return LOOKAHEAD_ON;
    }
    look->address = look->x[rs1] + (uint64_t)imm;
    known = read(look, look->address, size, is_signed, &value);
    set(look, rd, value, known);
    return LOOKAHEAD_ACCESS;
}

/* A store to an unknown place is taken to be of no consequence. */
enum lookahead_step look_store(struct lookahead *look, unsigned rs2,
                               unsigned rs1, int64_t imm, unsigned size)
{
    if (!lookahead_knows(look, rs1)) {
        return LOOKAHEAD_ON;
    }
    look->address = look->x[rs1] + (uint64_t)imm;
    write(look, look->address, size, look->x[rs2],
          lookahead_knows(look, rs2));
    return LOOKAHEAD_ACCESS;
}

enum lookahead_step look_load_fp(struct lookahead *look, unsigned rs1,
                                 int64_t imm)
{
    look->address = look->x[rs1] + (uint64_t)imm;
    return lookahead_knows(look, rs1) ? LOOKAHEAD_ACCESS : LOOKAHEAD_ON;
}

enum lookahead_step look_store_fp(struct lookahead *look, unsigned rs1,
                                  int64_t imm, unsigned size)
{
    if (!lookahead_knows(look, rs1)) {
        return LOOKAHEAD_ON;
    }
    look->address = look->x[rs1] + (uint64_t)imm;
    write(look, look->address, size, 0, false);
    return LOOKAHEAD_ACCESS;
}

/* Sign-extended values of 32 bits are in the order of what they were, signed
 * and unsigned. */
static uint64_t combine(uint32_t op, uint64_t old, uint64_t with)
{
    switch (op) {
    case AMOADD:
        return old + with;
    case AMOXOR:
        return old ^ with;
    case AMOOR:
        return old | with;
    case AMOAND:
        return old & with;
    case AMOMIN:
        return (int64_t)old < (int64_t)with ? old : with;
    case AMOMAX:
        return (int64_t)old > (int64_t)with ? old : with;
    case AMOMINU:
        return old < with ? old : with;
    case AMOMAXU:
        return old > with ? old : with;
    default:                    /* what amoswap and sc store */
        return with;
    }
}

/* A store-conditional succeeds: nobody else runs. */
enum lookahead_step look_atomic(struct lookahead *look, uint32_t w)
{
    uint32_t op = look_field(w, 27, 5, 0);
    unsigned size = look_field(w, 12, 3, 0);
    unsigned rd = look_field(w, 7, 5, 0);
    unsigned rs1 = look_field(w, 15, 5, 0);
    unsigned rs2 = look_field(w, 20, 5, 0);
    bool with_known = lookahead_knows(look, rs2);
    uint64_t with = look->x[rs2];
    uint64_t old = 0;
    bool known = true;

    if (size != LOOK_WORD && size != LOOK_DWORD) {
        return LOOKAHEAD_END;
    }
    if (!lookahead_knows(look, rs1)) {
        look_forget(look, rd);
        return LOOKAHEAD_ON;
    }
    look->address = look->x[rs1];
    if (op != SC) {
        known = read(look, look->address, size, true, &old);
    }
    set(look, rd, old, known);
    if (op == LR) {
        return LOOKAHEAD_ACCESS;
    }
    known = with_known && (known || op == AMOSWAP);
    if (size == LOOK_WORD) {
        with = (uint64_t)(int64_t)(int32_t)with;
    }
    write(look, look->address, size, combine(op, old, with), known);
    return LOOKAHEAD_ACCESS;
}
