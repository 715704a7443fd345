/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: status bits and interrupts.
 *
 * INTx is the OR of the enabled bits of MB_REG_IRQ_STATUS. With MSI-X, an
 * enabled bit that becomes set sends the message of its vector once; the next
 * one follows when the guest has cleared the bit and it is set again.
 */
#include "qemu/osdep.h"
#include "hw/pci/msix.h"
#include "migbridge.h"
#include "trace.h"

void migbridge_irq_update(MigBridgeState *s)
{
    PCIDevice *pci = PCI_DEVICE(s);
    uint32_t active = s->irq_status & s->irq_enable;

    trace_migbridge_irq(s->node, s->irq_status, s->irq_enable);
    if (!msix_enabled(pci)) {
        s->irq_sent = 0;
        /*
         * A controller like QEMU's PLIC does not see that a line is high, only
         * that it rises. Whatever happens while it is high must not get lost.
         */
        pci_set_irq(pci, 0);
        pci_set_irq(pci, active != 0);
        return;
    }
    for (unsigned i = 0; i < MB_IRQ_VECTORS; i++) {
        if (active & ~s->irq_sent & (1u << i)) {
            msix_notify(pci, i);
        }
    }
    s->irq_sent = active;
}

void migbridge_irq_raise(MigBridgeState *s, uint32_t bits)
{
    s->irq_status |= bits;
    migbridge_irq_update(s);
}

void migbridge_irq_clear(MigBridgeState *s, uint32_t bits)
{
    s->irq_status &= ~bits;
    migbridge_irq_update(s);
}

void migbridge_status_set(MigBridgeState *s, uint32_t bits)
{
    uint32_t raised = bits & ~s->status;

    s->status |= bits;
    trace_migbridge_status(s->node, raised, s->status);
    if (raised) {
        migbridge_record_trace(s, MB_TRACE_STATUS, NULL,
                               (uint64_t[4]) { raised });
    }
    migbridge_irq_raise(s, MB_IRQ_ERROR);
}

void migbridge_status_clear(MigBridgeState *s, uint32_t bits)
{
    s->status &= ~bits;
    if (s->status == 0) {
        migbridge_irq_clear(s, MB_IRQ_ERROR);
    }
}
