/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF-64 for RISC-V: System V ABI, chapters 4 and 5; RISC-V ELF psABI 1.0.
 *
 * The file may be anything. Every header is copied out once and checked
 * before use; sums are only formed once they cannot wrap.
 */
#include "proc/elf.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/vm.h"

#define ELF_MAGIC           0x464c457fu
#define ELFCLASS64          2
#define ELFDATA2LSB         1
#define ET_EXEC             2
#define ET_DYN              3
#define EM_RISCV            243
#define PT_LOAD             1
#define PT_INTERP           3
#define PF_X                1
#define PF_W                2
#define PF_R                4
#define PHDRS_MOST          64

struct elf_header {
    uint32_t magic;
    uint8_t class;
    uint8_t data;
    uint8_t ident[10];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t phoff;
    uint64_t shoff;
    uint32_t flags;
    uint16_t ehsize;
    uint16_t phentsize;
    uint16_t phnum;
    uint16_t shentsize;
    uint16_t shnum;
    uint16_t shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "ELF");

struct elf_phdr {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t paddr;
    uint64_t filesz;
    uint64_t memsz;
    uint64_t align;
};
_Static_assert(sizeof(struct elf_phdr) == ELF_PHDR_BYTES, "ELF");

struct parser {
    const uint8_t *file;
    uint64_t bytes;
    uint64_t base;
    uint64_t top;
    struct elf_header header;
    struct elf_image *image;
};

static bool is_within(uint64_t start, uint64_t bytes, uint64_t end)
{
    return start <= end && bytes <= end - start;
}

static bool parse_header(struct parser *parser)
{
    struct elf_header *header = &parser->header;

    if (parser->bytes < sizeof(*header)) {
        return false;
    }
    memcpy(header, parser->file, sizeof(*header));
    return header->magic == ELF_MAGIC && header->class == ELFCLASS64 &&
           header->data == ELFDATA2LSB && header->machine == EM_RISCV &&
           (header->type == ET_EXEC || header->type == ET_DYN) &&
           header->phentsize == ELF_PHDR_BYTES && header->phnum > 0 &&
           header->phnum <= PHDRS_MOST &&
           is_within(header->phoff, header->phnum * ELF_PHDR_BYTES,
                     parser->bytes);
}

/* Where the next segment may start. */
static uint64_t lowest(const struct parser *parser)
{
    const struct elf_image *image = parser->image;
    const struct elf_segment *last;

    if (image->segment_count == 0) {
        return parser->base;
    }
    last = &image->segments[image->segment_count - 1];
    return last->address + last->memory_bytes;
}

static bool parse_load(struct parser *parser, const struct elf_phdr *phdr)
{
    struct elf_image *image = parser->image;
    struct elf_segment *segment = &image->segments[image->segment_count];
    uint64_t room = parser->top - parser->base;

    if (phdr->memsz == 0) {
        return phdr->filesz == 0;
    }
    if (image->segment_count == ELF_SEGMENTS || phdr->filesz > phdr->memsz ||
        !is_within(phdr->offset, phdr->filesz, parser->bytes) ||
        !is_within(phdr->vaddr, phdr->memsz, room) ||
        parser->base + phdr->vaddr < lowest(parser) ||
        (phdr->vaddr - phdr->offset) % PAGE_SIZE != 0) {
        return false;
    }
    *segment = (struct elf_segment){
        .address = parser->base + phdr->vaddr,
        .offset = phdr->offset,
        .file_bytes = phdr->filesz,
        .memory_bytes = phdr->memsz,
        .prot = (phdr->flags & PF_R ? VM_READ : 0) |
                (phdr->flags & PF_W ? VM_WRITE : 0) |
                (phdr->flags & PF_X ? VM_EXEC : 0),
    };
    image->segment_count++;
    return true;
}

static bool parse_phdrs(struct parser *parser)
{
    const uint8_t *at = parser->file + parser->header.phoff;

    for (unsigned i = 0; i < parser->header.phnum; i++) {
        struct elf_phdr phdr;

        memcpy(&phdr, at + i * ELF_PHDR_BYTES, sizeof(phdr));
        /* PT_INTERP: dynamically linked, and there is no linker here. */
        if (phdr.type == PT_INTERP ||
            (phdr.type == PT_LOAD && !parse_load(parser, &phdr))) {
            return false;
        }
    }
    return parser->image->segment_count > 0;
}

/* The program headers are found in memory where a segment holds them. */
static uint64_t phdr_address(const struct parser *parser)
{
    const struct elf_image *image = parser->image;
    uint64_t offset = parser->header.phoff;
    uint64_t bytes = parser->header.phnum * (uint64_t)ELF_PHDR_BYTES;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (offset >= segment->offset &&
            is_within(offset - segment->offset, bytes, segment->file_bytes)) {
            return segment->address + (offset - segment->offset);
        }
    }
    return 0;
}

static bool has_code_at(const struct elf_image *image, uint64_t address)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (address >= segment->address &&
            address - segment->address < segment->memory_bytes) {
            return segment->prot & VM_EXEC;
        }
    }
    return false;
}

int elf_parse(const void *file, uint64_t bytes, uint64_t base, uint64_t top,
              struct elf_image *image)
{
    struct parser parser = {
        .file = file, .bytes = bytes, .top = top, .image = image,
    };

    *image = (struct elf_image){ 0 };
    if (!parse_header(&parser)) {
        return -ENOEXEC;
    }
    image->is_pie = parser.header.type == ET_DYN;
    parser.base = image->is_pie ? base : 0;
    if (parser.base > top || !parse_phdrs(&parser) ||
        parser.header.entry > top - parser.base) {
        return -ENOEXEC;
    }
    image->entry = parser.base + parser.header.entry;
    image->phdr = phdr_address(&parser);
    image->phdr_count = parser.header.phnum;
    return has_code_at(image, image->entry) ? 0 : -ENOEXEC;
}
