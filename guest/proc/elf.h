/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a static ELF executable says about itself, checked.
 */
#ifndef PROC_ELF_H
#define PROC_ELF_H

#include <stdbool.h>
#include <stdint.h>

#define ELF_SEGMENTS        16
#define ELF_PHDR_BYTES      56

struct elf_segment {
    uint64_t address;           /* first byte; need not be page-aligned */
    uint64_t offset;            /* in the file; same place in its page */
    uint64_t file_bytes;
    uint64_t memory_bytes;      /* at least file_bytes, not 0 */
    uint8_t prot;               /* enum vm_access */
};

struct elf_image {
    bool is_pie;                /* addresses are relative to where it goes */
    uint64_t entry;
    uint64_t phdr;              /* address of the program headers; 0: none */
    uint32_t phdr_count;
    uint32_t segment_count;
    struct elf_segment segments[ELF_SEGMENTS];  /* ascending, apart */
};

/*
 * Reads the headers of the `bytes` bytes at file. -ENOEXEC unless they
 * describe a static executable for riscv64, all of it within the file and
 * within [0, top) when put at `base` if it is position-independent. The
 * addresses in *image have base added.
 */
int elf_parse(const void *file, uint64_t bytes, uint64_t base, uint64_t top,
              struct elf_image *image);

#endif
