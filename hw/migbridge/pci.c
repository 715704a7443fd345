/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: the PCI function.
 *
 * Identity, BARs, properties, life cycle and reset. Specification:
 * docs/specs/device.md.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "migbridge.h"
#include "trace.h"

void migbridge_reset(MigBridgeState *s)
{
    trace_migbridge_reset(s->node);
    s->enabled = false;
    migbridge_tx_reset(s);
    migbridge_rx_reset(s);
    migbridge_export_reset(s);
    for (unsigned i = 0; i < MB_TX_QUEUES; i++) {
        s->tx.queue[i].base = 0;
        s->tx.queue[i].log2 = 0;
    }
    s->rx.base = 0;
    s->rx.done = 0;
    s->rx.log2 = 0;
    migbridge_regs_reset(s);
    migbridge_timer_set(s, MB_TIMER_OFF);

    s->status = 0;
    s->irq_status = 0;
    s->irq_enable = 0;
    migbridge_irq_update(s);
}

static void migbridge_pci_reset(DeviceState *dev)
{
    migbridge_reset(MIGBRIDGE(dev));
}

static bool pci_open_bars(MigBridgeState *s, Error **errp)
{
    PCIDevice *pci = PCI_DEVICE(s);
    Error *err = NULL;

    pci_config_set_interrupt_pin(pci->config, 1);
    memory_region_init_io(&s->regs, OBJECT(s), &migbridge_regs_ops, s,
                          "migbridge-regs", MB_BAR_REGS_BYTES);
    pci_register_bar(pci, MB_BAR_REGS, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->regs);

    switch (msix_init_exclusive_bar(pci, MB_IRQ_VECTORS, MB_BAR_MSIX, &err)) {
    case 0:
        break;
    case -ENOTSUP:
        /* A machine without MSI: INTx it is. */
        error_free(err);
        return true;
    default:
        error_propagate(errp, err);
        return false;
    }
    for (unsigned i = 0; i < MB_IRQ_VECTORS; i++) {
        msix_vector_use(pci, i);
    }
    return true;
}

static void migbridge_realize(PCIDevice *pci, Error **errp)
{
    MigBridgeState *s = MIGBRIDGE(pci);

    s->tx.end_ns = MB_NEVER;
    if (!migbridge_hold_open(s, errp) || !migbridge_segment_open(s, errp)) {
        return;
    }
    if (!pci_open_bars(s, errp)) {
        migbridge_segment_close(s);
        return;
    }
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, migbridge_tick, s);
    s->beat = timer_new_ms(QEMU_CLOCK_REALTIME, migbridge_beat, s);
    migbridge_hold_start(s);
    /* The first thing that happens, before the first instruction. */
    timer_mod_ns(s->timer, migbridge_now());
    migbridge_beat(s);
}

static void migbridge_exit(PCIDevice *pci)
{
    MigBridgeState *s = MIGBRIDGE(pci);

    migbridge_hold_stop(s);
    timer_free(s->beat);
    timer_free(s->timer);
    msix_uninit_exclusive_bar(pci);
    migbridge_segment_close(s);
}

static const Property migbridge_properties[] = {
    DEFINE_PROP_LINK("memdev", MigBridgeState, memdev, TYPE_MEMORY_BACKEND,
                     HostMemoryBackend *),
    DEFINE_PROP_UINT32("node", MigBridgeState, node, 0),
    /* for tests and measurements: the result is the same with all of them */
    DEFINE_PROP_STRING("x-schedule", MigBridgeState, schedule.schedule_name),
    DEFINE_PROP_STRING("x-wait", MigBridgeState, schedule.wait_name),
    DEFINE_PROP_UINT64("x-publish", MigBridgeState, schedule.publish_ns, 0),
    DEFINE_PROP_UINT64("x-window", MigBridgeState, schedule.window_ns, 0),
};

/* A node's state is spread over the cluster: its peers' rings hold messages
 * that it has sent, and they wait for its clock. */
static const VMStateDescription migbridge_vmstate = {
    .name = TYPE_MIGBRIDGE,
    .unmigratable = 1,
};

static void migbridge_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);

    pc->realize = migbridge_realize;
    pc->exit = migbridge_exit;
    pc->vendor_id = MB_PCI_VENDOR_ID;
    pc->device_id = MB_PCI_DEVICE_ID;
    pc->class_id = MB_PCI_CLASS;
    pc->revision = MB_PCI_REVISION;

    dc->desc = "Migration bridge between the nodes of a cluster";
    dc->vmsd = &migbridge_vmstate;
    /* A node joins its cluster once and stays in it. */
    dc->hotpluggable = false;
    device_class_set_props(dc, migbridge_properties);
    device_class_set_legacy_reset(dc, migbridge_pci_reset);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo migbridge_info = {
    .name = TYPE_MIGBRIDGE,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(MigBridgeState),
    .class_init = migbridge_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void migbridge_register_types(void)
{
    type_register_static(&migbridge_info);
}

type_init(migbridge_register_types)
