/* What a file says of itself is read here, strictly and within its bounds; only then does GD decode it. */
#include "picture.h"

#include <gd.h>

#define QUALITY    82         /* of the JPEGs: no difference is seen at the size of a poster */
#define SCANS_MAX  100        /* of a progressive JPEG: each makes the decoder walk the whole picture once more */

/* ---- what it is, and how large it says it is ---- */

static uint32_t big16(const unsigned char *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t big32(const unsigned char *p)
{
    return big16(p) << 16 | big16(p + 2);
}

static uint32_t little16(const unsigned char *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t little24(const unsigned char *p)
{
    return (uint32_t)p[2] << 16 | little16(p);
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
static bool measure_jpeg(struct picture *io)
{
    struct str body = io->body;
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
        if (found) {
            io->width = big16(p + at + 7);
            io->height = big16(p + at + 5);
        }
        at += 2 + big16(p + at + 2);
    }
    return found && ended && scans <= SCANS_MAX;
}

static bool measure_png(struct picture *io)
{
    struct str body = io->body;
    const unsigned char *p = (const unsigned char *)body.p;
    if (body.n < 33 || !begins(body, 12, S("IHDR")))
        return false;
    io->width = big32(p + 16);
    io->height = big32(p + 20);
    return true;
}

/* Lossy, lossless and extended files begin differently (RFC 9649). */
static bool measure_webp(struct picture *io)
{
    struct str body = io->body;
    const unsigned char *p = (const unsigned char *)body.p;
    if (body.n < 30)
        return false;
    if (begins(body, 12, S("VP8 ")) && begins(body, 23, S("\x9d\x01\x2a"))) {
        io->width = little16(p + 26) & 0x3fff;
        io->height = little16(p + 28) & 0x3fff;
    } else if (begins(body, 12, S("VP8L"))) {
        io->width = 1 + (little24(p + 21) & 0x3fff);
        io->height = 1 + (little24(p + 22) >> 6 & 0x3fff);
    } else if (begins(body, 12, S("VP8X"))) {
        io->width = 1 + little24(p + 24);
        io->height = 1 + little24(p + 27);
    }
    return true;
}

static bool measured(struct picture *io)
{
    bool told = io->format == PICTURE_JPEG ? measure_jpeg(io) : io->format == PICTURE_PNG ? measure_png(io) : measure_webp(io);
    return told && io->width && io->height;
}

/* ---- decoding, resizing, encoding: GD's ---- */

static gdImagePtr decode(const struct picture *p)
{
    void *bytes = (void *)(uintptr_t)p->body.p;  /* GD reads it only */
    int n = (int)p->body.n;
    switch (p->format) {
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

err picture_look(struct ctx *cx, struct str body, struct picture *ret)
{
    *ret = (struct picture){ .body = body, .format = format_of(body) };
    if (body.n > PICTURE_BYTES_MAX)
        return fail(cx, ERR_TOO_LARGE, NULL, "A picture may have 8 MiB.", "이미지는 8MiB 이하여야 합니다.");
    if (ret->format == PICTURE_UNKNOWN)
        return fail(cx, ERR_INPUT, NULL, "This is no JPEG, PNG or WebP picture.", "JPEG, PNG, WebP 이미지가 아닙니다.");
    if (!measured(ret))
        return damaged(cx);
    if (ret->width > PICTURE_SIDE_MAX || ret->height > PICTURE_SIDE_MAX || (uint64_t)ret->width * ret->height > PICTURE_AREA_MAX)
        return fail(cx, ERR_INPUT, NULL, "The picture has %u x %u pixels; no more than 10,000 on a side and 24 million in all will do.",
                    "이미지가 %u x %u 픽셀입니다. 한 변 10,000픽셀, 전체 2,400만 픽셀 이하여야 합니다.", ret->width, ret->height);
    return OK;
}

err picture_make(struct ctx *cx, const struct picture *picture, const int *widths, size_t n, struct str *ret)
{
    gdImagePtr image = decode(picture);
    bool done = image && gdImageSX(image) == (int)picture->width && gdImageSY(image) == (int)picture->height;
    for (size_t i = 0; i < n && done; i++)
        done = resize(cx, image, widths[i], &ret[i]);
    if (image)
        gdImageDestroy(image);
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
