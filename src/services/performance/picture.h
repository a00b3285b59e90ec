/* Pictures that people send in: told by their content, measured before they are decoded, made smaller and written anew. */
#ifndef PERFORMANCE_PICTURE_H
#define PERFORMANCE_PICTURE_H

#include "base/ctx.h"

#define PICTURE_BYTES_MAX (8u << 20)
#define PICTURE_SIDE_MAX  10000
#define PICTURE_AREA_MAX  24000000   /* pixels: 96 MB once decoded */

enum picture_format { PICTURE_UNKNOWN, PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP };

struct picture {              /* what a file says of itself */
    struct str body;
    enum picture_format format;
    uint32_t width, height;
};

/* Is `body` a JPEG, PNG or WebP of a size that may be decoded? ERR_INPUT with a sentence if not. Cheap. */
err picture_look(struct ctx *cx, struct str body, struct picture *ret) MUST_USE;
/* Writes it as a JPEG of each width, or of its own when it is narrower, on white, without what else the file tells of its maker. ERR_INPUT when
 * it is damaged; ret[i] is in cx->arena. Takes up to a second and some 200 MB: for one at a time, on a worker. */
err picture_make(struct ctx *cx, const struct picture *picture, const int *widths, size_t n, struct str *ret) MUST_USE;
/* Once, before the first picture: what the decoders have to say of bad files is not for the log. */
void picture_quiet(void);

#endif
