/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device registers, by kernel virtual address.
 *
 * The fences order a register access against ordinary memory: what a driver
 * has written to memory is visible to the device before a store that tells it
 * so, and what a register says has happened is read from memory only later.
 */
#ifndef DRIVERS_MMIO_H
#define DRIVERS_MMIO_H

#include <stdint.h>

static inline uint8_t mmio_read8(uintptr_t address)
{
    uint8_t value = *(volatile uint8_t *)address;

    __asm__ volatile("fence i, rw" ::: "memory");
    return value;
}

static inline uint16_t mmio_read16(uintptr_t address)
{
    uint16_t value = *(volatile uint16_t *)address;

    __asm__ volatile("fence i, rw" ::: "memory");
    return value;
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    uint32_t value = *(volatile uint32_t *)address;

    __asm__ volatile("fence i, rw" ::: "memory");
    return value;
}

static inline uint64_t mmio_read64(uintptr_t address)
{
    uint64_t value = *(volatile uint64_t *)address;

    __asm__ volatile("fence i, rw" ::: "memory");
    return value;
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
    __asm__ volatile("fence rw, o" ::: "memory");
    *(volatile uint16_t *)address = value;
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    __asm__ volatile("fence rw, o" ::: "memory");
    *(volatile uint32_t *)address = value;
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    __asm__ volatile("fence rw, o" ::: "memory");
    *(volatile uint64_t *)address = value;
}

#endif
