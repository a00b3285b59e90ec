/* The arithmetic of a draw: the tree, the shuffle, receipts, the published file and its check. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "proof.h"
#include "test.h"

static const uint8_t zero[32];

struct keypair {
    uint8_t public_key[32], secret_key[64];
};

/* RFC 8032, 7.1, test 1. */
static struct keypair keypair(void)
{
    struct keypair k;
    assert_true(hex_decode(S("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), k.public_key, 32));
    assert_true(hex_decode(S("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
                             "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), k.secret_key, 64));
    return k;
}

static struct hash hash_of(int64_t n)
{
    struct hash h;
    crypto_sha256(str_of((const char *)&n, sizeof(n)), h.at);
    return h;
}

/* ---- the tree ---- */

static struct hash join_hashes(struct hash left, struct hash right)
{
    uint8_t both[65] = { 1 };
    struct hash h;
    memcpy(both + 1, left.at, 32);
    memcpy(both + 33, right.at, 32);
    crypto_sha256(str_of((const char *)both, 65), h.at);
    return h;
}

/* The definition, word for word: RFC 6962, 2.1. */
static struct hash root_by_definition(const struct hash *at, size_t n)
{
    size_t k = 1;
    if (n == 1)
        return at[0];
    while (k * 2 < n)
        k *= 2;
    return join_hashes(root_by_definition(at, k), root_by_definition(at + k, n - k));
}

static void test_tree(void **state)
{
    enum { MAX = 70 };
    struct hash leaves[MAX], work[MAX], path[TREE_PATH_MAX], root;
    struct arena *arena = arena_new(0);
    (void)state;
    root = tree_root(work, 0);
    assert_true(str_eq(hex_encode(arena, root.at, 4), S("e3b0c442")));
    for (int i = 0; i < MAX; i++)
        leaves[i] = hash_of(i);
    for (size_t n = 1; n <= MAX; n++) {
        struct hash want = root_by_definition(leaves, n);
        memcpy(work, leaves, sizeof(leaves));
        root = tree_root(work, n);
        assert_true(hash_same(&root, &want));
        for (size_t i = 0; i < n; i++) {
            memcpy(work, leaves, sizeof(leaves));
            size_t length = tree_path(work, n, i, path);
            assert_true(tree_climb(&leaves[i], i, n, path, length, &root) && hash_same(&root, &want));
            assert_false(tree_climb(&leaves[i], i, n, path, length + 1, &root));
            assert_false(tree_climb(&leaves[i], n, n, path, length, &root));
            assert_true(n == 1 || !tree_climb(&leaves[i], i ^ 1, n, path, length, &root) || !hash_same(&root, &want));
        }
    }
    arena_free(arena);
}

/* ---- the shuffle ---- */

static void test_shuffle_is_one(void **state)
{
    enum { N = 5000 };
    static uint32_t row[N], again[N];
    static bool seen[N + 1];
    struct hash seed = hash_of(1), other = hash_of(2);
    (void)state;
    draw_shuffle(&seed, row, 0);
    draw_shuffle(&seed, row, N);
    draw_shuffle(&seed, again, N);
    assert_memory_equal(row, again, sizeof(row));
    for (int i = 0; i < N; i++) {
        assert_in_range(row[i], 1, N);
        assert_false(seen[row[i]]);
        seen[row[i]] = true;
    }
    draw_shuffle(&other, again, N);
    assert_memory_not_equal(row, again, sizeof(row));
}

/* How uniform 10^5 draws are, as docs/draw.md tells it: each draw has a list of its own, hence a root, hence a seed, and what comes out is counted in
 * cells that are all as likely. With this set of lists the figures never change. */
#define DRAWS 100000

struct cells {
    const char *name;
    int64_t *at;
    size_t n;                 /* degrees of freedom are n - 1, or those that are left when rows and columns have fixed sums */
    double freedom;
};

static double chi_square(const struct cells *c)
{
    double sum = 0, mean = 0;
    for (size_t i = 0; i < c->n; i++)
        mean += (double)c->at[i] / (double)c->n;
    for (size_t i = 0; i < c->n; i++)
        sum += ((double)c->at[i] - mean) * ((double)c->at[i] - mean) / mean;
    return sum;
}

/* The probability that chi-square is larger (Wilson and Hilferty, 1931: its cube root is nearly normal). */
static double chance_of(double chi, double freedom)
{
    double spread = 2 / (9 * freedom), z = (cbrt(chi / freedom) - (1 - spread)) / sqrt(spread);
    return erfc(z / sqrt(2)) / 2;
}

static struct hash seed_of(int64_t draw, int64_t count)
{
    struct hash root = hash_of(draw), secret = hash_of(-1 - draw);
    return draw_seed(&root, count, &secret, (struct str){ 0 });
}

/* Which of the n! orders. */
static size_t order_of(const uint32_t *row, size_t n)
{
    size_t order = 0;
    for (size_t i = 0; i < n; i++) {
        size_t smaller = 0;
        for (size_t j = i + 1; j < n; j++)
            smaller += row[j] < row[i];
        order = order * (n - i) + smaller;
    }
    return order;
}

static void test_uniform(void **state)
{
    enum { FEW = 5, ORDERS = 120, MANY = 20, LINE = 1000, PARTS = 50 };
    static int64_t orders[ORDERS], places[MANY * MANY], pairs[MANY * (MANY - 1)], neighbours[MANY * (MANY - 1)], first[PARTS], last[PARTS];
    static uint32_t row[LINE];
    (void)state;
    for (int64_t d = 0; d < DRAWS; d++) {
        struct hash seed = seed_of(d, FEW);
        draw_shuffle(&seed, row, FEW);
        orders[order_of(row, FEW)]++;
        seed = seed_of(d, MANY);
        draw_shuffle(&seed, row, MANY);
        for (size_t i = 0; i < MANY; i++)
            places[i * MANY + row[i] - 1]++;
        pairs[(row[0] - 1) * (MANY - 1) + row[MANY - 1] - 1 - (row[MANY - 1] > row[0])]++;
        neighbours[(row[9] - 1) * (MANY - 1) + row[10] - 1 - (row[10] > row[9])]++;
    }
    for (int64_t d = 0; d < DRAWS / 10; d++) {
        struct hash seed = seed_of(d, LINE);
        draw_shuffle(&seed, row, LINE);
        first[(row[0] - 1) * PARTS / LINE]++;
        last[(row[LINE - 1] - 1) * PARTS / LINE]++;
    }
    const struct cells all[] = {
        { "each of the 120 orders of 5", orders, ORDERS, ORDERS - 1 },
        { "each of 20 entries at each of 20 places", places, MANY * MANY, (MANY - 1) * (MANY - 1) },
        { "the first and the last of 20 at each pair of places", pairs, MANY * (MANY - 1), MANY * (MANY - 1) - 1 },
        { "two neighbours of 20 at each pair of places", neighbours, MANY * (MANY - 1), MANY * (MANY - 1) - 1 },
        { "the first of 1,000 at each fiftieth of the line", first, PARTS, PARTS - 1 },
        { "the last of 1,000 at each fiftieth of the line", last, PARTS, PARTS - 1 },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        double chi = chi_square(&all[i]), p = chance_of(chi, all[i].freedom);
        printf("%s: chi-square %.1f with %.0f degrees of freedom, p = %.3f\n", all[i].name, chi, all[i].freedom, p);
        assert_true(p > 0.001 && p < 0.999);
    }
}

/* The measure itself: a shuffle that is nearly right (any place for each step, not those that are left) is found out. */
static void test_uniform_notices(void **state)
{
    static int64_t orders[120];
    uint32_t row[5];
    (void)state;
    for (int64_t d = 0; d < DRAWS; d++) {
        struct hash chance = seed_of(d, 5);
        for (uint32_t i = 0; i < 5; i++)
            row[i] = i + 1;
        for (size_t i = 0; i < 5; i++) {
            size_t j = (size_t)(chance.at[2 * i] << 8 | chance.at[2 * i + 1]) % 5;
            uint32_t taken = row[i];
            row[i] = row[j];
            row[j] = taken;
        }
        orders[order_of(row, 5)]++;
    }
    struct cells c = { "", orders, 120, 119 };
    assert_true(chance_of(chi_square(&c), c.freedom) < 0.001);
}

/* ---- receipts and the file ---- */

#define SCHEDULE_ID "3k7q2m9xw4t1a"

static struct entry entry_of(int64_t number)
{
    struct entry e = { .number = number, .joined_at = 1800000000000 + number * 37 };
    char text[32];
    snprintf(text, sizeof(text), "ent%010lld", (long long)number);
    memcpy(e.entrant, text, sizeof(e.entrant));
    return e;
}

/* Entries `first` to first + n - 1, signed together. */
static struct receipts *receipts_of(struct arena *arena, int64_t first, size_t n)
{
    struct hash secret = hash_of(99);
    struct receipts *r = NEW(arena, struct receipts);
    r->schedule = S(SCHEDULE_ID);
    r->commitment = draw_commitment(r->schedule, &secret);
    for (r->n = 0; r->n < n; r->n++)
        r->entries[r->n] = entry_of(first + (int64_t)r->n);
    receipts_sign(r, keypair().secret_key);
    return r;
}

#define CLOSED_AT 1900000000000

static struct draw_head head_of(int64_t n, struct beacon beacon)
{
    struct hash *leaves = calloc((size_t)n + 1, sizeof(*leaves)), secret = hash_of(99);
    struct draw_head h = { .schedule = S(SCHEDULE_ID), .closed_at = CLOSED_AT, .drawn_at = CLOSED_AT + 1000, .count = n, .secret = secret,
                           .commitment = draw_commitment(S(SCHEDULE_ID), &secret), .beacon = beacon };
    assert_non_null(leaves);
    for (int64_t i = 0; i < n; i++) {
        struct entry e = entry_of(i + 1);
        leaves[i] = entry_hash(h.schedule, &e);
    }
    h.root = tree_root(leaves, (size_t)n);
    h.seed = draw_seed(&h.root, n, &secret, str_of((const char *)beacon.randomness.at, beacon.kind == BEACON_USED ? 32 : 0));
    memcpy(h.public_key, keypair().public_key, 32);
    free(leaves);
    return h;
}

static void file_of(struct buf *out, int64_t n, struct beacon beacon)
{
    struct draw_head h = head_of(n, beacon);
    struct keypair k = keypair();
    buf_init(out, 1 << 20);
    head_write(out, &h, k.secret_key);
    for (int64_t i = 1; i <= n; i++) {
        struct entry e = entry_of(i);
        entry_write(out, &e);
    }
}

static struct beacon round_of(struct arena *arena, int64_t round)
{
    struct beacon b = { BEACON_USED, round, S("https://beacon.example/public/7"), { { 0 } }, hex_encode(arena, "a signature of the beacon", 25) };
    crypto_sha256(S("a signature of the beacon"), b.randomness.at);
    return b;
}

static void test_receipt(void **state)
{
    struct arena *arena = arena_new(0);
    struct keypair k = keypair();
    struct receipt read;
    (void)state;
    for (size_t n = 1; n <= 5; n += 4) {
        struct str text = receipts_text(arena, receipts_of(arena, 12, n), n - 1);
        assert_true(receipt_read(arena, k.public_key, text, &read));
        assert_int_equal(read.entry.number, 12 + n - 1);
        assert_false(receipt_read(arena, zero, text, &read));
        char *copy = (char *)arena_str(arena, text).p;
        for (size_t i = 0; i < text.n; i++)
            for (int bit = 0; bit < 8; bit++) {
                copy[i] = (char)(copy[i] ^ 1 << bit);
                assert_false(receipt_read(arena, k.public_key, str_of(copy, text.n), &read));
                copy[i] = text.p[i];
            }
        for (size_t cut = 0; cut < text.n; cut++)
            assert_false(receipt_read(arena, k.public_key, str_of(text.p, cut), &read));
    }
    arena_free(arena);
}

/* However many are signed together: each has a receipt that is good by itself, and of itself only. */
static void test_signed_together(void **state)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 8, 129, 255, RECEIPTS_TOGETHER };
    struct arena *arena = arena_new(0);
    struct keypair k = keypair();
    struct receipt read;
    (void)state;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct receipts *r = receipts_of(arena, 100, sizes[s]);
        for (size_t i = 0; i < r->n; i++) {
            assert_true(receipt_read(arena, k.public_key, receipts_text(arena, r, i), &read));
            assert_int_equal(read.entry.number, 100 + i);
            assert_true(read.length <= RECEIPT_PATH_MAX && (size_t)read.count == r->n);
        }
        r->entries[r->n - 1].joined_at++;
        assert_false(receipt_read(arena, k.public_key, receipts_text(arena, r, r->n - 1), &read));
    }
    arena_free(arena);
}

static void test_verify(void **state)
{
    struct arena *arena = arena_new(0);
    struct receipts *together = receipts_of(arena, 1, 41);
    struct verdict v;
    uint32_t row[40];
    (void)state;
    struct beacon beacons[] = { { 0 }, { .kind = BEACON_MISSED, .round = 7, .url = S("https://beacon.example/public/7") }, round_of(arena, 7) };
    for (size_t b = 0; b < 3; b++) {
        struct buf file;
        file_of(&file, 40, beacons[b]);
        draw_verify(arena, buf_view(&file), (struct str){ 0 }, &v);
        assert_null(v.fault);
        assert_int_equal(v.head.count, 40);
        draw_shuffle(&v.head.seed, row, 40);
        for (int64_t number = 1; number <= 40; number++) {
            draw_verify(arena, buf_view(&file), receipts_text(arena, together, (size_t)number - 1), &v);
            assert_null(v.fault);
            assert_int_equal(v.place, row[number - 1]);
        }
        struct receipts *other = receipts_of(arena, 3, 1);
        other->entries[0].joined_at++;
        receipts_sign(other, keypair().secret_key);
        draw_verify(arena, buf_view(&file), receipts_text(arena, other, 0), &v);
        assert_non_null(v.fault);
        buf_free(&file);
    }
    arena_free(arena);
}

/* An entry behind the last one came when entries were closed, at the same moment perhaps; or it was left out. */
static void test_behind_the_last(void **state)
{
    static const struct {
        int64_t after_close;
        const char *fault;
    } cases[] = {
        { -1, "the receipt's entry is missing in the file" },
        { 0, "the receipt is of somebody who came after the draw: his place is his number" },
        { 1, "the receipt is of somebody who came after the draw: his place is his number" },
    };
    struct arena *arena = arena_new(0);
    struct buf file;
    struct verdict v;
    (void)state;
    file_of(&file, 40, (struct beacon){ 0 });
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct receipts *r = receipts_of(arena, 41, 1);
        r->entries[0].joined_at = CLOSED_AT + cases[i].after_close;
        receipts_sign(r, keypair().secret_key);
        draw_verify(arena, buf_view(&file), receipts_text(arena, r, 0), &v);
        assert_string_equal(v.fault, cases[i].fault);
    }
    buf_free(&file);
    arena_free(arena);
}

/* Whatever byte is changed, added or taken away: the check finds a fault, and names the line of an entry. */
static void test_changed_byte(void **state)
{
    struct arena *arena = arena_new(0);
    struct verdict v;
    (void)state;
    struct beacon beacons[] = { { 0 }, round_of(arena, 7) };
    for (size_t b = 0; b < 2; b++) {
        struct buf file;
        file_of(&file, 9, beacons[b]);
        for (size_t i = 0; i < file.n; i++)
            for (int bit = 0; bit < 8; bit++) {
                file.p[i] = (char)(file.p[i] ^ 1 << bit);
                draw_verify(arena, buf_view(&file), (struct str){ 0 }, &v);
                if (!v.fault)
                    print_error("byte %zu, bit %d\n", i, bit);
                assert_non_null(v.fault);
                file.p[i] = (char)(file.p[i] ^ 1 << bit);
            }
        for (size_t n = 0; n < file.n; n++) {
            draw_verify(arena, str_of(file.p, n), (struct str){ 0 }, &v);
            assert_non_null(v.fault);
        }
        buf_char(&file, '\n');
        draw_verify(arena, buf_view(&file), (struct str){ 0 }, &v);
        assert_string_equal(v.fault, "something follows the last entry");
        arena_reset(arena);
        beacons[1] = round_of(arena, 7);
        buf_free(&file);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree), cmocka_unit_test(test_shuffle_is_one), cmocka_unit_test(test_uniform), cmocka_unit_test(test_uniform_notices),
        cmocka_unit_test(test_receipt), cmocka_unit_test(test_signed_together),
        cmocka_unit_test(test_verify), cmocka_unit_test(test_behind_the_last), cmocka_unit_test(test_changed_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
