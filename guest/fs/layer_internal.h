/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the layer share among themselves, see layer.h.
 */
#ifndef FS_LAYER_INTERNAL_H
#define FS_LAYER_INTERNAL_H

#include "fs/layer.h"

/* Frees a file that has neither name nor open files, if nothing can arrive for
 * it any more. */
void layer_dispose(struct layer *layer, struct layer_file *file);
/* The same for all. */
void layer_reap(struct layer *layer);
/* A new nameless file in a given or in any free slot; NULL: full. */
struct layer_file *layer_place(struct layer *layer, uint32_t slot);
struct layer_file *layer_take_slot(struct layer *layer);
void layer_set_path(struct layer_file *file, const char *path);

/* What has exactly this path, white-outs as well; NULL: nothing. */
struct layer_file *layer_find(const struct layer *layer, const char *path);
/* The entry of the RAM disk that nothing above `path` hides, or CPIO_NONE. */
uint32_t layer_visible_lower(const struct layer *layer, const char *path);

#endif
