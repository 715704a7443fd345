/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/elf.c: sound executables, and every way of lying in a header.
 */
#include "proc/elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "lib/errno.h"
#include "mm/vm.h"
#include "suite.h"

#define FILE_BYTES  0x3000
#define PIE_BASE    0x2000000000ul
#define TOP         0x3000000000ul
#define MUTATIONS   500000

/* Two segments as the linker makes them: headers and code, data and bss. */
struct file {
    Elf64_Ehdr header;
    Elf64_Phdr phdrs[3];
    uint8_t rest[FILE_BYTES - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
};
_Static_assert(sizeof(struct file) == FILE_BYTES, "file");

static struct file make(uint16_t type, uint64_t start)
{
    struct file file = {
        .header = {
            .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB,
                         EV_CURRENT },
            .e_type = type,
            .e_machine = EM_RISCV,
            .e_version = EV_CURRENT,
            .e_entry = start + 0x200,
            .e_phoff = sizeof(Elf64_Ehdr),
            .e_ehsize = sizeof(Elf64_Ehdr),
            .e_phentsize = sizeof(Elf64_Phdr),
            .e_phnum = 3,
        },
        .phdrs = {
            { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = start,
              .p_filesz = 0x1800, .p_memsz = 0x1800, .p_align = 0x1000 },
            { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
            { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x1800,
              .p_vaddr = start + 0x2800, .p_filesz = 0x800, .p_memsz = 0x5000,
              .p_align = 0x1000 },
        },
    };

    return file;
}

/* In a block of its own, so that the sanitizer sees every byte beyond. */
static int parse_bytes(const void *bytes, size_t length,
                       struct elf_image *image)
{
    void *copy = malloc(length > 0 ? length : 1);
    int error;

    memcpy(copy, bytes, length);
    error = elf_parse(copy, length, PIE_BASE, TOP, image);
    free(copy);
    return error;
}

static int parse(const struct file *file, struct elf_image *image)
{
    return parse_bytes(file, FILE_BYTES, image);
}

START_TEST(reads_an_executable)
{
    struct file file = make(ET_EXEC, 0x10000);
    struct elf_image image;

    ck_assert_int_eq(parse(&file, &image), 0);
    ck_assert(!image.is_pie);
    ck_assert_uint_eq(image.entry, 0x10200);
    ck_assert_uint_eq(image.phdr, 0x10000 + sizeof(Elf64_Ehdr));
    ck_assert_uint_eq(image.phdr_count, 3);
    ck_assert_uint_eq(image.segment_count, 2);
    ck_assert_uint_eq(image.segments[0].prot, VM_READ | VM_EXEC);
    ck_assert_uint_eq(image.segments[1].address, 0x12800);
    ck_assert_uint_eq(image.segments[1].offset, 0x1800);
    ck_assert_uint_eq(image.segments[1].file_bytes, 0x800);
    ck_assert_uint_eq(image.segments[1].memory_bytes, 0x5000);
    ck_assert_uint_eq(image.segments[1].prot, VM_READ | VM_WRITE);
}
END_TEST

START_TEST(puts_a_pie_at_its_base)
{
    struct file file = make(ET_DYN, 0);
    struct elf_image image;

    ck_assert_int_eq(parse(&file, &image), 0);
    ck_assert(image.is_pie);
    ck_assert_uint_eq(image.entry, PIE_BASE + 0x200);
    ck_assert_uint_eq(image.segments[0].address, PIE_BASE);
    ck_assert_uint_eq(image.phdr, PIE_BASE + sizeof(Elf64_Ehdr));
}
END_TEST

START_TEST(knows_when_headers_are_not_mapped)
{
    struct file file = make(ET_EXEC, 0x10000);
    struct elf_image image;

    file.phdrs[0].p_offset = 0x1000;
    file.phdrs[0].p_filesz = 0x800;
    ck_assert_int_eq(parse(&file, &image), 0);
    ck_assert_uint_eq(image.phdr, 0);
}
END_TEST

START_TEST(refuses_every_truncation)
{
    struct file file = make(ET_EXEC, 0x10000);
    struct elf_image image;

    for (size_t length = 0; length < 0x2000; length += 7) {
        ck_assert_int_eq(parse_bytes(&file, length, &image), -ENOEXEC);
    }
    ck_assert_int_eq(parse_bytes(&file, 0x1fff, &image), -ENOEXEC);
    ck_assert_int_eq(parse_bytes(&file, 0x2000, &image), 0);
}
END_TEST

#define REFUSED(change) \
    do { \
        struct file file = make(ET_EXEC, 0x10000); \
        struct elf_image image; \
        change; \
        ck_assert_msg(parse(&file, &image) == -ENOEXEC, #change); \
    } while (0)

START_TEST(refuses_other_kinds_of_files)
{
    REFUSED(file.header.e_ident[0] = 0);
    REFUSED(file.header.e_ident[EI_CLASS] = ELFCLASS32);
    REFUSED(file.header.e_ident[EI_DATA] = ELFDATA2MSB);
    REFUSED(file.header.e_machine = EM_X86_64);
    REFUSED(file.header.e_type = ET_REL);
    REFUSED(file.header.e_type = ET_CORE);
    REFUSED(file.phdrs[1].p_type = PT_INTERP);
}
END_TEST

START_TEST(refuses_bad_tables)
{
    REFUSED(file.header.e_phnum = 0);
    REFUSED(file.header.e_phnum = UINT16_MAX);
    REFUSED(file.header.e_phentsize = 32);
    REFUSED(file.header.e_phoff = FILE_BYTES - 1);
    REFUSED(file.header.e_phoff = UINT64_MAX);
    REFUSED(file.header.e_phoff = UINT64_MAX - 64);
}
END_TEST

START_TEST(refuses_bad_segments)
{
    REFUSED(file.phdrs[0].p_type = file.phdrs[2].p_type = PT_NULL);
    REFUSED(file.phdrs[2].p_filesz = 0x5001);
    REFUSED(file.phdrs[2].p_offset = FILE_BYTES - 0x700);
    REFUSED(file.phdrs[2].p_offset = UINT64_MAX - 0x7ff);
    REFUSED(file.phdrs[2].p_vaddr = TOP - 0x4800);
    REFUSED(file.phdrs[2].p_vaddr = UINT64_MAX - 0x7ff);
    REFUSED(file.phdrs[2].p_memsz = UINT64_MAX);
    REFUSED(file.phdrs[2].p_vaddr = 0x10800);           /* overlaps */
    REFUSED(file.phdrs[2].p_vaddr = 0x1800 - 0x1000);   /* not ascending */
    REFUSED(file.phdrs[2].p_vaddr += 8);                /* not congruent */
    REFUSED(file.phdrs[2].p_memsz = 0);                 /* but not filesz */
}
END_TEST

START_TEST(refuses_an_entry_outside_of_code)
{
    REFUSED(file.header.e_entry = 0);
    REFUSED(file.header.e_entry = 0x12900);
    REFUSED(file.header.e_entry = 0x11800);
    REFUSED(file.header.e_entry = UINT64_MAX);
}
END_TEST

START_TEST(refuses_too_many_segments)
{
    struct file file = make(ET_EXEC, 0x10000);
    Elf64_Phdr *phdrs = (Elf64_Phdr *)((uint8_t *)&file + 0x2000);
    struct elf_image image;

    file.header.e_phoff = 0x2000;
    for (unsigned i = 0; i <= ELF_SEGMENTS; i++) {
        phdrs[i] = file.phdrs[0];
        phdrs[i].p_vaddr = 0x10000 + i * 0x2000;
    }
    file.header.e_phnum = ELF_SEGMENTS;
    ck_assert_int_eq(parse(&file, &image), 0);
    file.header.e_phnum = ELF_SEGMENTS + 1;
    ck_assert_int_eq(parse(&file, &image), -ENOEXEC);
}
END_TEST

/* What exec relies on. */
static void check_image(const struct elf_image *image)
{
    uint64_t end = image->is_pie ? PIE_BASE : 0;

    suite_check(image->segment_count > 0);
    suite_check(image->segment_count <= ELF_SEGMENTS);
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        suite_check(segment->address >= end);
        suite_check(segment->file_bytes <= segment->memory_bytes);
        suite_check(segment->file_bytes <= FILE_BYTES);
        suite_check(segment->offset <= FILE_BYTES - segment->file_bytes);
        suite_check(segment->address % 4096 == segment->offset % 4096);
        suite_check(segment->memory_bytes < TOP);
        end = segment->address + segment->memory_bytes;
        suite_check(end <= TOP);
    }
    suite_check(image->entry < TOP);
}

START_TEST(survives_mutations)
{
    static const uint64_t extremes[] = {
        0, 1, 0x7ff, 0x800, 0x1000, FILE_BYTES, INT64_MAX, UINT64_MAX,
        UINT64_MAX - 0xfff, TOP, TOP - 0x1000,
    };
    const struct file exec = make(ET_EXEC, 0x10000);
    const struct file pie = make(ET_DYN, 0);
    size_t headers = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr);
    uint64_t seed = 1;
    unsigned accepted = 0;

    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct file file = i % 2 ? exec : pie;
        uint8_t *bytes = (uint8_t *)&file;
        struct elf_image image;

        for (uint64_t n = suite_random(&seed) % 3; n < 3; n++) {
            size_t at = 16 + suite_random(&seed) % (headers - 16);

            if (suite_random(&seed) % 2) {
                bytes[at] = (uint8_t)suite_random(&seed);
            } else {
                memcpy(bytes + at / 8 * 8,
                       &extremes[suite_random(&seed) % SUITE_COUNT(extremes)],
                       8);
            }
        }
        if (elf_parse(&file, FILE_BYTES, PIE_BASE, TOP, &image) == 0) {
            check_image(&image);
            accepted++;
        }
    }
    ck_assert_uint_gt(accepted, 0);
    ck_assert_uint_lt(accepted, MUTATIONS);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        reads_an_executable,
        puts_a_pie_at_its_base,
        knows_when_headers_are_not_mapped,
        refuses_every_truncation,
        refuses_other_kinds_of_files,
        refuses_bad_tables,
        refuses_bad_segments,
        refuses_an_entry_outside_of_code,
        refuses_too_many_segments,
        survives_mutations,
    };

    return suite_run("elf", tests, SUITE_COUNT(tests));
}
