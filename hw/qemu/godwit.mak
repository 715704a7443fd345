# SPDX-License-Identifier: GPL-2.0-or-later
# The devices of a godwit node: the virt machine and the migration bridge.

CONFIG_RISCV_VIRT=y
CONFIG_MIGBRIDGE=y
