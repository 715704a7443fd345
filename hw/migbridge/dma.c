/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the two doors to guest memory.
 *
 * No other file of the device touches guest memory. Only RAM can be reached:
 * an address that a guest chose must not lead to a register of some device,
 * least of all to one of ours.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "migbridge.h"

static const MemTxAttrs dma_attrs = { .memory = 1 };

static bool dma_rw(MigBridgeState *s, uint64_t addr, void *buffer,
                   size_t length, DMADirection direction)
{
    MemTxResult result = MEMTX_DECODE_ERROR;

    if (length == 0) {
        return true;
    }
    if (addr <= UINT64_MAX - (length - 1)) {
        result = pci_dma_rw(PCI_DEVICE(s), addr, buffer, length, direction,
                            dma_attrs);
    }
    if (result != MEMTX_OK) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: no memory for %zu bytes at "
                      "0x%" PRIx64 "\n", length, addr);
        migbridge_status_set(s, MB_STATUS_DMA_FAULT);
        return false;
    }
    return true;
}

bool migbridge_dma_read(MigBridgeState *s, uint64_t addr, void *buffer,
                        size_t length)
{
    return dma_rw(s, addr, buffer, length, DMA_DIRECTION_TO_DEVICE);
}

bool migbridge_dma_write(MigBridgeState *s, uint64_t addr, const void *buffer,
                         size_t length)
{
    return dma_rw(s, addr, (void *)buffer, length, DMA_DIRECTION_FROM_DEVICE);
}
