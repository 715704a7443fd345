/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the value of a key comes from (docs/specs/experiment.md, "What is not
 * given").
 */
#ifndef LIB_EXPERIMENT_VALUE_H
#define LIB_EXPERIMENT_VALUE_H

#include "ini-file.h"
#include "keys.h"

/*
 * The value of a key as a text, and in *origin the group whose line it comes
 * from: the group itself, the preset that it names or that the machines
 * suggest, its parent, the preset of that one. The default comes last. NULL:
 * there is none.
 */
char *experiment_value(const IniFile *ini, const GroupSpec *spec,
                       const char *group, const KeySpec *key,
                       const char **origin);

#endif
