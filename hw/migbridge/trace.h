/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace events of the migration bridge, generated from trace-events.
 */
#include "trace/trace-hw_migbridge.h"
