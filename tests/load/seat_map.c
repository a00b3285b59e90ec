/* Reading is cold (once a schedule); choosing runs once an order and looks at few rows unless the house is nearly full. */
#include "seat_map.h"

#include "json.h"

#include <stdlib.h>
#include <string.h>

enum { GRADES_MAX = 64, GLANCES = 24 };

static void index_add(struct seat_map *m, uint32_t number)
{
    uint64_t at = hash_text(m->seats[number].guid);

    while (m->index[at & (m->index_room - 1)])
        at++;
    m->index[at & (m->index_room - 1)] = number + 1;
}

int64_t seat_map_find(const struct seat_map *m, const char *guid)
{
    for (uint64_t at = hash_text(guid);; at++) {
        uint32_t found = m->index[at & (m->index_room - 1)];
        if (!found)
            return -1;
        if (!strcmp(m->seats[found - 1].guid, guid))
            return found - 1;
    }
}

static bool grades_read(struct seat_map *m, const cJSON *grades)
{
    const cJSON *grade;

    m->grades = mem_take(GRADES_MAX, sizeof *m->grades);
    cJSON_ArrayForEach(grade, grades)
    {
        const char *name = json_text(grade, "name");
        if (!name || m->grade_count == GRADES_MAX)
            return false;
        m->grades[m->grade_count++] = mem_text(name);
    }
    return m->grade_count > 0;
}

static bool row_read(struct seat_map *m, const cJSON *row, bool numbered)
{
    const cJSON *guids = cJSON_GetObjectItemCaseSensitive(row, "guids");
    const cJSON *grades = cJSON_GetObjectItemCaseSensitive(row, "grades");
    const cJSON *own_grade = cJSON_IsArray(grades) ? grades->child : NULL;
    int64_t grade = json_int(row, "grade", 0);
    uint32_t n = (uint32_t)cJSON_GetArraySize(guids);
    uint32_t end = m->count + n;
    const cJSON *guid;

    m->seats = mem_grow(m->seats, end ? end : 1, sizeof *m->seats);
    cJSON_ArrayForEach(guid, guids)
    {
        if (own_grade) {
            grade = (int64_t)own_grade->valuedouble;
            own_grade = own_grade->next;
        }
        if (!cJSON_IsString(guid) || grade < 0 || grade >= m->grade_count)
            return false;
        m->seats[m->count++] = (struct seat){ .guid = mem_text(guid->valuestring), .row_end = end, .grade = (uint16_t)grade, .numbered = numbered };
    }
    return true;
}

static const char *map_fill(struct seat_map *m, const cJSON *root)
{
    const cJSON *section, *row;

    if (!grades_read(m, cJSON_GetObjectItemCaseSensitive(root, "grades")))
        return "the map has no usable grades";
    cJSON_ArrayForEach(section, cJSON_GetObjectItemCaseSensitive(root, "sections"))
    {
        const char *kind = json_text(section, "kind");
        cJSON_ArrayForEach(
            row, cJSON_GetObjectItemCaseSensitive(
                     section, "rows")) if (!row_read(m, row,
                                                     !kind || strcmp(kind, "area"))) return "a row of the map has a seat without guid or of no grade";
    }
    if (m->count == 0 || json_int(root, "seat_count", -1) != m->count)
        return "the map's seat_count is not the number of its seats";

    for (m->index_room = 64; m->index_room < m->count * 2;)
        m->index_room *= 2;
    m->index = mem_take(m->index_room, sizeof *m->index);
    for (uint32_t i = 0; i < m->count; i++) {
        if (seat_map_find(m, m->seats[i].guid) >= 0)
            return "the map names a guid twice";
        index_add(m, i);
    }
    return NULL;
}

struct seat_map *seat_map_read(const char *json, size_t len, const char **ret_fault)
{
    struct seat_map *m = mem_take(1, sizeof *m);
    cJSON *root = cJSON_ParseWithLength(json, len);
    const char *fault = root ? map_fill(m, root) : "the map is not JSON";

    cJSON_Delete(root);
    if (!fault)
        return m;
    seat_map_free(m);
    *ret_fault = fault;
    return NULL;
}

void seat_map_free(struct seat_map *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->count; i++)
        free(m->seats[i].guid);
    for (uint16_t i = 0; i < m->grade_count; i++)
        free(m->grades[i]);
    free(m->seats);
    free(m->grades);
    free(m->index);
    free(m);
}

static int base64_value(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

bool seat_states_read(uint8_t *states, uint32_t count, const char *base64, uint32_t ret_totals[SEAT_STATES])
{
    uint32_t bits = 0, held = 0, seat = 0;

    memset(ret_totals, 0, SEAT_STATES * sizeof *ret_totals);
    for (; *base64 && *base64 != '=' && seat < count; base64++) {
        int value = base64_value(*base64);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        for (uint32_t byte = bits >> held & 0xff, i = 0; i < 4 && seat < count; i++, byte >>= 2) {
            states[seat++] = byte & 3;
            ret_totals[byte & 3]++;
        }
    }
    return seat == count;
}

/* The first run of `wanted` free numbered seats in the rest of the row that starts at `from`. */
static bool run_find(const struct seat_map *m, const uint8_t *states, uint32_t from, unsigned wanted, uint32_t *ret_first)
{
    uint32_t end = m->seats[from].row_end;
    unsigned run = 0;

    if (!m->seats[from].numbered)
        return false;
    for (uint32_t i = from; i < end; i++) {
        run = states[i] == SEAT_FREE ? run + 1 : 0;
        if (run == wanted) {
            *ret_first = i + 1 - wanted;
            return true;
        }
    }
    return false;
}

static unsigned scattered(const struct seat_map *m, const uint8_t *states, uint32_t start, unsigned wanted, uint32_t *ret_seats)
{
    unsigned got = 0;

    for (uint32_t i = 0; i < m->count && got < wanted; i++) {
        uint32_t number = (start + i) % m->count;
        if (states[number] == SEAT_FREE && m->seats[number].numbered)
            ret_seats[got++] = number;
    }
    return got;
}

unsigned seat_map_choose(const struct seat_map *m, const uint8_t *states, struct rng *r, unsigned wanted, uint32_t *ret_seats)
{
    uint32_t start = rng_below(r, m->count), first = 0;
    bool found = false;

    for (int i = 0; i < GLANCES && !found; i++)
        found = run_find(m, states, i ? rng_below(r, m->count) : start, wanted, &first);
    for (uint32_t at = 0; at < m->count && !found; at = m->seats[at].row_end)
        found = run_find(m, states, at, wanted, &first);
    if (!found)
        return scattered(m, states, start, wanted, ret_seats);
    for (unsigned i = 0; i < wanted; i++)
        ret_seats[i] = first + i;
    return wanted;
}

uint16_t seat_map_choose_grade(const struct seat_map *m, const uint8_t *states, struct rng *r, unsigned wanted, uint32_t *ret_free)
{
    uint32_t free_places[GRADES_MAX] = { 0 };
    uint16_t fullest = 0, start = (uint16_t)rng_below(r, m->grade_count);

    for (uint32_t i = 0; i < m->count; i++)
        free_places[m->seats[i].grade] += states[i] == SEAT_FREE;
    for (uint16_t i = 0; i < m->grade_count; i++) {
        uint16_t grade = (uint16_t)((start + i) % m->grade_count);
        if (free_places[grade] >= wanted) {
            *ret_free = free_places[grade];
            return grade;
        }
        if (free_places[grade] > free_places[fullest])
            fullest = grade;
    }
    *ret_free = free_places[fullest];
    return fullest;
}
