/* What a file says of itself is read here, strictly and within its bounds; only then does GD decode it. */
#include "picture.h"

#include <gd.h>

#define QUALITY    82         /* of the JPEGs: no difference is seen at the size of a poster */
#define SCANS_MAX  100        /* of a progressive JPEG: each makes the decoder walk the whole picture once more */

enum picture_format { PICTURE_UNKNOWN, PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP };

struct measure {
    uint32_t width, height;
};

/* ---- what it is, and how large it says it is ---- */

static uint32_t big16(const unsigned char *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t big32(const unsigned char *p)
{
    return big16(p) << 16 | big16(p + 2);
}

static uint32_t little24(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static bool begins(struct str body, size_t at, struct str with)
{
    return body.n >= at + with.n && memcmp(body.p + at, with.p, with.n) == 0;
}

static enum picture_format format_of(struct str body)
{
    if (begins(body, 0, S("\xff\xd8\xff")))
        return PICTURE_JPEG;
    if (begins(body, 0, S("\x89PNG\r\n\x1a\n")))
        return PICTURE_PNG;
    if (begins(body, 0, S("RIFF")) && begins(body, 8, S("WEBP")))
        return PICTURE_WEBP;
    return PICTURE_UNKNOWN;
}

/* The first frame header (SOF0 to SOF15 but DHT, JPG and DAC) of the segments. GD takes a file without its end: the mark of the end has to come
 * behind the last scan. */
static bool measure_jpeg(struct str body, struct measure *ret)
{
    const unsigned char *p = (const unsigned char *)body.p;
    size_t at = 2, scans = 0;
    bool found = false, ended = false;
    for (size_t i = 0; i + 1 < body.n; i++)
        if (p[i] == 0xff && (p[i + 1] == 0xda || p[i + 1] == 0xd9)) {
            ended = p[i + 1] == 0xd9;
            scans += !ended;
        }
    while (!found && at + 9 < body.n && p[at] == 0xff) {
        unsigned marker = p[at + 1];
        if (marker == 0xff) {                /* filling */
            at++;
            continue;
        }
        found = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (found)
            *ret = (struct measure){ big16(p + at + 7), big16(p + at + 5) };
        at += 2 + big16(p + at + 2);
    }
    return found && ended && scans <= SCANS_MAX;
}

static bool measure_png(struct str body, struct measure *ret)
{
    const unsigned char *p = (const unsigned char *)body.p;
    if (body.n < 33 || !begins(body, 12, S("IHDR")))
        return false;
    *ret = (struct measure){ big32(p + 16), big32(p + 20) };
    return true;
}

/* Lossy, lossless and extended files begin differently (RFC 9649). */
static bool measure_webp(struct str body, struct measure *ret)
{
    const unsigned char *p = (const unsigned char *)body.p;
    if (body.n < 30)
        return false;
    if (begins(body, 12, S("VP8 ")) && begins(body, 23, S("\x9d\x01\x2a")))
        *ret = (struct measure){ little24(p + 26) & 0x3fff, little24(p + 28) & 0x3fff };
    else if (begins(body, 12, S("VP8L")))
        *ret = (struct measure){ 1 + (little24(p + 21) & 0x3fff), 1 + (little24(p + 22) >> 6 & 0x3fff) };
    else if (begins(body, 12, S("VP8X")))
        *ret = (struct measure){ 1 + little24(p + 24), 1 + little24(p + 27) };
    else
        return false;
    return true;
}

static bool measured(struct str body, enum picture_format format, struct measure *ret)
{
    bool told = format == PICTURE_JPEG ? measure_jpeg(body, ret) : format == PICTURE_PNG ? measure_png(body, ret) : measure_webp(body, ret);
    return told && ret->width && ret->height;
}

/* ---- decoding, resizing, encoding: GD's ---- */

static gdImagePtr decode(struct str body, enum picture_format format)
{
    void *bytes = (void *)(uintptr_t)body.p;     /* GD reads it only */
    int n = (int)body.n;
    switch (format) {
    case PICTURE_JPEG: return gdImageCreateFromJpegPtrEx(n, bytes, 0);
    case PICTURE_PNG: return gdImageCreateFromPngPtr(n, bytes);
    case PICTURE_WEBP: return gdImageCreateFromWebpPtr(n, bytes);
    case PICTURE_UNKNOWN: break;
    }
    return NULL;
}

static bool resize(struct ctx *cx, gdImagePtr from, int width, struct str *ret)
{
    int wide = gdImageSX(from) < width ? gdImageSX(from) : width, size = 0;
    int high = (int)((int64_t)gdImageSY(from) * wide / gdImageSX(from));
    gdImagePtr to = gdImageCreateTrueColor(wide, high ? high : 1);
    if (!to)
        return false;
    gdImageFilledRectangle(to, 0, 0, gdImageSX(to) - 1, gdImageSY(to) - 1, gdTrueColor(255, 255, 255));
    gdImageCopyResampled(to, from, 0, 0, 0, 0, gdImageSX(to), gdImageSY(to), gdImageSX(from), gdImageSY(from));
    gdImageInterlace(to, 1);
    void *bytes = gdImageJpegPtr(to, &size, QUALITY);
    gdImageDestroy(to);
    if (!bytes)
        return false;
    *ret = arena_str(cx->arena, str_of(bytes, (size_t)size));
    gdFree(bytes);
    return true;
}

static err damaged(struct ctx *cx)
{
    return fail(cx, ERR_INPUT, NULL, "The picture is damaged or not complete.", "이미지가 손상되었거나 완전하지 않습니다.");
}

err picture_make(struct ctx *cx, struct str body, const int *widths, size_t n, struct str *ret)
{
    enum picture_format format = format_of(body);
    struct measure m;
    if (body.n > PICTURE_BYTES_MAX)
        return fail(cx, ERR_TOO_LARGE, NULL, "A picture may have 8 MiB.", "이미지는 8MiB 이하여야 합니다.");
    if (format == PICTURE_UNKNOWN)
        return fail(cx, ERR_INPUT, NULL, "This is no JPEG, PNG or WebP picture.", "JPEG, PNG, WebP 이미지가 아닙니다.");
    if (!measured(body, format, &m))
        return damaged(cx);
    if (m.width > PICTURE_SIDE_MAX || m.height > PICTURE_SIDE_MAX || (uint64_t)m.width * m.height > PICTURE_AREA_MAX)
        return fail(cx, ERR_INPUT, NULL, "The picture has %u x %u pixels; no more than 10,000 on a side and 24 million in all will do.",
                    "이미지가 %u x %u 픽셀입니다. 한 변 10,000픽셀, 전체 2,400만 픽셀 이하여야 합니다.", m.width, m.height);

    gdImagePtr picture = decode(body, format);
    bool done = picture && gdImageSX(picture) == (int)m.width && gdImageSY(picture) == (int)m.height;
    for (size_t i = 0; i < n && done; i++)
        done = resize(cx, picture, widths[i], &ret[i]);
    if (picture)
        gdImageDestroy(picture);
    return done ? OK : damaged(cx);
}

static void say_nothing(int priority, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void say_nothing(int priority, const char *format, va_list args)
{
    (void)priority;
    (void)format;
    (void)args;
}

void picture_quiet(void)
{
    gdSetErrorMethod(say_nothing);
}
