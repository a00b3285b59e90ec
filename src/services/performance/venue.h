/* Venues described by numbers instead of seat by seat (docs/venue-format.md): a block of rows, straight or along an arc, and what it becomes. */
#ifndef PERFORMANCE_VENUE_H
#define PERFORMANCE_VENUE_H

#include "services/performance/import.h"

#define VENUE_ROWS_MAX   200
#define VENUE_SEATS_MAX  1000     /* in one row */
#define VENUE_AISLES_MAX 16
#define VENUE_GRADES_MAX 20
#define VENUE_MARKS_MAX  20
#define VENUE_MARKED_MAX 40       /* seats of a row that one mark names */

enum venue_numbering { NUMBER_LEFT, NUMBER_RIGHT, NUMBER_ODD, NUMBER_EVEN, NUMBER_SPLIT };

/* One section of seats. Places are worked out in a frame of its own and then turned, moved and mirrored. */
struct venue_block {
    struct str name, prefix;
    bool arc, mirrored;
    uint32_t rows, first_row; /* first_row: A is 1 */
    bool letters;             /* rows are named A, B, ... and not 1, 2, ... */
    enum venue_numbering numbering;
    uint32_t first_seat;
    double pitch, row_step;

    /* straight */
    double x, y, degrees;     /* middle of the first row */
    uint32_t seats[VENUE_ROWS_MAX];
    double align;             /* 0: rows share their left end, 0.5: their middle, 1: their right end */
    double stagger;           /* every second row is moved by so many pitches */
    uint32_t aisles[VENUE_AISLES_MAX], aisle_count;  /* after which seat from the left */
    double aisle_width;

    /* arc: an ellipse around x, y; angle 0 points down the page, positive ones to the right */
    double radius_x, radius_y, from, to, gap;

    struct venue_grade {
        uint32_t last_row;    /* from 1 */
        uint8_t category;
    } grades[VENUE_GRADES_MAX];
    uint32_t grade_count;

    struct venue_mark {
        uint8_t trait;        /* of enum seat_trait */
        uint32_t from, to;    /* rows, from 1 */
        int32_t seats[VENUE_MARKED_MAX];         /* from 1 from the left, or from -1 from the right */
        uint32_t seat_count;  /* 0: all of the row */
    } marks[VENUE_MARKS_MAX];
    uint32_t mark_count;
};

/* Adds the block's section, rows and seats to the plan. */
void venue_build(struct import *im, const struct venue_block *b);
/* The same of a section whose seats are given one by one (import_placed.c): its name and its first grade count, which is that of the seats that
 * name none. */
void venue_build_placed(struct import *im, const struct place *at, const cJSON *placed, const struct venue_block *b);
/* Names every member of `o` that is not among `known` (NULL-terminated). */
void venue_members(struct import *im, const struct place *at, const cJSON *o, const char *const *known);

#endif
