/* OpenSSL's libcrypto does the arithmetic. What it allocates is freed before these functions return. */
#include "platform/crypto/es256.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "platform/crypto/crypto.h"

#define DER_MAX 80            /* a signature takes 72 bytes at most */

/* NULL when the point is not on the curve. */
static EVP_PKEY *key_open(const uint8_t key[64])
{
    uint8_t point[65] = { POINT_CONVERSION_UNCOMPRESSED };
    char group[] = "prime256v1";
    EVP_PKEY *made = NULL;
    memcpy(point + 1, key, 64);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *cx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (cx && EVP_PKEY_fromdata_init(cx) == 1 && EVP_PKEY_fromdata(cx, &made, EVP_PKEY_PUBLIC_KEY, params) != 1)
        made = NULL;
    EVP_PKEY_CTX_free(cx);
    return made;
}

/* OpenSSL wants the two numbers in ASN.1. Returns their length, 0 when there is no memory. */
static size_t to_der(const uint8_t raw[64], uint8_t out[DER_MAX])
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, 32, NULL), *s = BN_bin2bn(raw + 32, 32, NULL);
    int n = 0;
    if (signature && r && s && ECDSA_SIG_set0(signature, r, s) == 1) {
        r = s = NULL;                        /* the signature's now */
        n = i2d_ECDSA_SIG(signature, NULL);
        if (n > 0 && n <= DER_MAX)
            n = i2d_ECDSA_SIG(signature, &out);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return n > 0 && n <= DER_MAX ? (size_t)n : 0;
}

/* Of the hash, which libsodium makes: to have OpenSSL hash as well takes another 20 us. */
static bool verify(EVP_PKEY *key, struct str message, const uint8_t *der, size_t n)
{
    uint8_t hash[32];
    crypto_sha256(message, hash);
    EVP_PKEY_CTX *cx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool valid = cx && EVP_PKEY_verify_init(cx) == 1 && EVP_PKEY_verify(cx, der, n, hash, sizeof(hash)) == 1;
    EVP_PKEY_CTX_free(cx);
    return valid;
}

bool es256_valid(const uint8_t key[64], struct str message, const uint8_t signature[64])
{
    uint8_t der[DER_MAX];
    size_t n = to_der(signature, der);
    EVP_PKEY *opened = key_open(key);
    bool valid = n && opened && verify(opened, message, der, n);
    EVP_PKEY_free(opened);
    return valid;
}

void es256_thumbprint(struct arena *arena, const uint8_t key[64], uint8_t out[32])
{
    struct str x = base64url(arena, str_of((const char *)key, 32)), y = base64url(arena, str_of((const char *)key + 32, 32));
    crypto_sha256(arena_fmt(arena, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}", STR_ARG(x), STR_ARG(y)), out);
}
