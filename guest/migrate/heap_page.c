/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A little symbolic execution: registers are known values until something is
 * loaded into them or computed by an instruction that insn.h does not follow.
 *
 * Invariant: bit r of `known` says that value[r] is what the program will find
 * in register r; register 0 is always known and zero.
 */
#include "migrate/heap_page.h"

#include "migrate/insn.h"

struct walk {
    uint64_t value[32];
    uint32_t known;
    uint64_t pc;
};

static bool is_known(const struct walk *walk, uint8_t r)
{
    return walk->known & 1u << r;
}

static void set(struct walk *walk, uint8_t rd, bool known, uint64_t value)
{
    if (rd == 0) {
        return;
    }
    walk->value[rd] = value;
    walk->known = known ? walk->known | 1u << rd : walk->known & ~(1u << rd);
}

static bool is_taken(uint8_t condition, uint64_t a, uint64_t b)
{
    switch (condition) {
    case INSN_EQ:
        return a == b;
    case INSN_NE:
        return a != b;
    case INSN_LT:
        return (int64_t)a < (int64_t)b;
    case INSN_GE:
        return (int64_t)a >= (int64_t)b;
    case INSN_LTU:
        return a < b;
    default:
        return a >= b;
    }
}

/* A branch on something unknown is taken to go on: what follows it is likely
 * to touch the same data as the loop or the arm that it leads to. */
static uint64_t after_branch(const struct walk *walk, const struct insn *insn)
{
    if (is_known(walk, insn->rs1) && is_known(walk, insn->rs2) &&
        is_taken(insn->condition, walk->value[insn->rs1],
                 walk->value[insn->rs2])) {
        return walk->pc + (uint64_t)insn->imm;
    }
    return walk->pc + insn->bytes;
}

/* Carries out one instruction; false if it is not known what comes next. */
static bool step(struct walk *walk, const struct insn *insn)
{
    uint64_t next = walk->pc + insn->bytes;
    uint64_t a = walk->value[insn->rs1];
    bool a_known = is_known(walk, insn->rs1);

    switch (insn->kind) {
    case INSN_MEMORY:
    case INSN_OTHER:
        set(walk, insn->rd, false, 0);
        break;
    case INSN_ADD_IMM:
        set(walk, insn->rd, a_known, a + (uint64_t)insn->imm);
        break;
    case INSN_ADD:
        set(walk, insn->rd, a_known && is_known(walk, insn->rs2),
            a + walk->value[insn->rs2]);
        break;
    case INSN_PC_ADD:
        set(walk, insn->rd, true, walk->pc + (uint64_t)insn->imm);
        break;
    case INSN_BRANCH:
        next = after_branch(walk, insn);
        break;
    case INSN_JUMP:
        set(walk, insn->rd, true, next);
        next = walk->pc + (uint64_t)insn->imm;
        break;
    case INSN_JUMP_REGISTER:
        if (!a_known) {
            return false;
        }
        set(walk, insn->rd, true, next);
        next = (a + (uint64_t)insn->imm) & ~1ull;
        break;
    default:
        return false;
    }
    walk->pc = next;
    return true;
}

static bool find_operand(const struct heap_page_query *query,
                         uint64_t *address)
{
    struct walk walk;

    walk.known = UINT32_MAX;
    walk.pc = query->pc;
    walk.value[0] = 0;
    for (unsigned r = 1; r < 32; r++) {
        walk.value[r] = query->x[r];
    }
    for (unsigned n = 0; n < HEAP_PAGE_STEPS; n++) {
        uint64_t offset = walk.pc - query->code_start;
        struct insn insn;

        if (offset >= query->code_bytes) {
            return false;
        }
        insn = insn_decode(query->code + offset, query->code_bytes - offset);
        if (insn.kind == INSN_MEMORY && is_known(&walk, insn.rs1)) {
            *address = walk.value[insn.rs1] + (uint64_t)insn.imm;
            if (query->wanted(query->context, *address)) {
                return true;
            }
        }
        if (!step(&walk, &insn)) {
            return false;
        }
    }
    return false;
}

static bool find_pointer(const struct heap_page_query *query,
                         uint64_t *address)
{
    /* a0-a7, s0, s1, s2-s11: those that live data is kept in */
    static const uint8_t order[] = {
        10, 11, 12, 13, 14, 15, 16, 17, 8, 9,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    };

    for (size_t i = 0; i < sizeof(order); i++) {
        *address = query->x[order[i]];
        if (query->wanted(query->context, *address)) {
            return true;
        }
    }
    return false;
}

bool heap_page_find(const struct heap_page_query *query, uint64_t *address)
{
    return find_operand(query, address) || find_pointer(query, address);
}
