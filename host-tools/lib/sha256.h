/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 as lower-case hexadecimal text.
 *
 * libcrypto's, since it uses the processor's instructions: five times faster
 * than GChecksum where that was measured, and an emulator has tens of MiB.
 */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define SHA256_BYTES    32
#define SHA256_TEXT     (2 * SHA256_BYTES + 1)

typedef struct Sha256 Sha256;

Sha256 *sha256_new(void);
void sha256_free(Sha256 *sha);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sha256, sha256_free)

void sha256_update(Sha256 *sha, const void *data, size_t bytes);
void sha256_finish(Sha256 *sha, char text[static SHA256_TEXT]);
void sha256_finish_binary(Sha256 *sha, uint8_t digest[static SHA256_BYTES]);

void sha256_of_data(const void *data, size_t bytes,
                    char text[static SHA256_TEXT]);
/* The whole file behind a descriptor, wherever it stands. */
bool sha256_of_fd(int fd, char text[static SHA256_TEXT], GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
bool sha256_of_file(const char *path, char text[static SHA256_TEXT],
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 64 lower-case hexadecimal digits and nothing else. */
bool sha256_is_text(const char *text);

#endif
