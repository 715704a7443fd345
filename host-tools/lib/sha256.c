/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 as lower-case hexadecimal text.
 */
#include "sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "error.h"

#define CHUNK_BYTES (64u << 10)

struct Sha256 {
    EVP_MD_CTX *context;
};

Sha256 *sha256_new(void)
{
    Sha256 *sha = g_new0(Sha256, 1);

    sha->context = EVP_MD_CTX_new();
    if (sha->context == NULL ||
        EVP_DigestInit_ex(sha->context, EVP_sha256(), NULL) != 1) {
        g_error("libcrypto has no SHA-256");
    }
    return sha;
}

void sha256_free(Sha256 *sha)
{
    if (sha != NULL) {
        EVP_MD_CTX_free(sha->context);
        g_free(sha);
    }
}

void sha256_update(Sha256 *sha, const void *data, size_t bytes)
{
    EVP_DigestUpdate(sha->context, data, bytes);
}

void sha256_finish_binary(Sha256 *sha, uint8_t digest[static SHA256_BYTES])
{
    EVP_DigestFinal_ex(sha->context, digest, NULL);
}

void sha256_finish(Sha256 *sha, char text[static SHA256_TEXT])
{
    uint8_t digest[SHA256_BYTES];

    sha256_finish_binary(sha, digest);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        g_snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
}

void sha256_of_data(const void *data, size_t bytes,
                    char text[static SHA256_TEXT])
{
    g_autoptr(Sha256) sha = sha256_new();

    sha256_update(sha, data, bytes);
    sha256_finish(sha, text);
}

bool sha256_of_fd(int fd, char text[static SHA256_TEXT], GError **error)
{
    g_autoptr(Sha256) sha = sha256_new();
    g_autofree uint8_t *chunk = g_malloc(CHUNK_BYTES);
    off_t offset = 0;

    for (;;) {
        ssize_t got = pread(fd, chunk, CHUNK_BYTES, offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return godwit_fail_errno(error, "cannot read a file to hash it");
        }
        if (got == 0) {
            sha256_finish(sha, text);
            return true;
        }
        sha256_update(sha, chunk, (size_t)got);
        offset += got;
    }
}

bool sha256_of_file(const char *path, char text[static SHA256_TEXT],
                    GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return godwit_fail_errno(error, "%s", path);
    }
    bool done = sha256_of_fd(fd, text, error);
    close(fd);
    if (!done) {
        g_prefix_error(error, "%s: ", path);
    }
    return done;
}

bool sha256_is_text(const char *text)
{
    return text != NULL && strlen(text) == SHA256_TEXT - 1 &&
        strspn(text, "0123456789abcdef") == SHA256_TEXT - 1;
}
