-- name: book_line_max
SELECT COALESCE(MAX(id), 0) FROM payment_book_line

-- name: book_line_known
SELECT id FROM payment_book_line WHERE provider = ? AND account_id = ? AND refund = ? AND ref = ?

-- name: book_line_insert
INSERT INTO payment_book_line (id, provider, account_id, refund, ref, payment_id, amount, currency, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: book_line_update
-- (payment, amount, currency, at, id)
UPDATE payment_book_line SET payment_id = ?, amount = ?, currency = ?, at = ? WHERE id = ?

-- name: reconciliation_max
SELECT COALESCE(MAX(id), 0) FROM payment_reconciliation

-- name: reconciliation_insert
INSERT INTO payment_reconciliation (id, provider, account_id, day, state, page_cursor, compared_at, ended_at, capped)
VALUES (?, ?, ?, ?, ?, '', 0, 0, 0)

-- name: reconciliation_update
-- (state, cursor, compared since, ended, capped, id)
UPDATE payment_reconciliation SET state = ?, page_cursor = ?, compared_at = ?, ended_at = ?, capped = ? WHERE id = ?

-- name: reconciliation_by_id
SELECT id, provider, account_id, day, state, page_cursor, compared_at, ended_at, capped FROM payment_reconciliation WHERE id = ?

-- name: reconciliation_by_day
SELECT id, provider, account_id, day, state, page_cursor, compared_at, ended_at, capped FROM payment_reconciliation
WHERE provider = ? AND account_id = ? AND day = ?

-- name: reconciliation_page
-- (all providers, provider, before this id, rows)
SELECT id, provider, account_id, day, state, page_cursor, compared_at, ended_at, capped FROM payment_reconciliation
WHERE (? = 1 OR provider = ?) AND id < ? ORDER BY id DESC LIMIT ?

-- name: reconciliation_unfinished
-- (after this id): the next one
SELECT id, provider, account_id, day, state, page_cursor, compared_at, ended_at, capped FROM payment_reconciliation
WHERE state IN ('reading', 'comparing') AND id > ? ORDER BY id LIMIT 1

-- name: reconciliation_last_day
SELECT COALESCE(MAX(day), 0) FROM payment_reconciliation WHERE provider = ? AND account_id = ?

-- name: reconciliation_last_end
SELECT COALESCE(MAX(ended_at), 0) FROM payment_reconciliation

-- name: reconciliation_again
-- (now, days from this one on): what still differs is looked at once more
UPDATE payment_reconciliation SET state = 'comparing', compared_at = ?
WHERE state = 'done' AND day >= ? AND id IN (SELECT reconciliation_id FROM payment_difference WHERE settled_at = 0)

-- name: books_accounts
-- (from, to): organizers' own accounts through which money moved
SELECT DISTINCT p.provider, p.account_id FROM payment_move m JOIN payment_intent p ON p.id = m.payment_id
WHERE m.at >= ? AND m.at < ? AND p.account_id <> 0 ORDER BY p.provider, p.account_id LIMIT 1000

-- name: sum_there
-- (provider, account, from, to)
SELECT currency, SUM(CASE WHEN refund = 0 THEN amount ELSE 0 END), SUM(CASE WHEN refund = 1 THEN amount ELSE 0 END) FROM payment_book_line
WHERE provider = ? AND account_id = ? AND at >= ? AND at < ? AND (account_id = 0 OR payment_id <> 0) GROUP BY currency

-- name: sum_charged_here
SELECT p.charged_currency, SUM(p.captured), 0 FROM payment_intent p WHERE p.provider = ? AND p.account_id = ? AND p.captured > 0
  AND p.id IN (SELECT payment_id FROM payment_move WHERE at >= ? AND at < ? AND refund_id = 0 AND to_state IN ('captured', 'quarantined'))
GROUP BY p.charged_currency

-- name: sum_refunded_here
SELECT p.charged_currency, 0, SUM(r.amount) FROM payment_refund r JOIN payment_intent p ON p.id = r.payment_id
WHERE p.provider = ? AND p.account_id = ?
  AND r.id IN (SELECT refund_id FROM payment_move WHERE at >= ? AND at < ? AND refund_id <> 0 AND to_state = 'done')
GROUP BY p.charged_currency

-- name: sum_clear
DELETE FROM payment_reconciliation_sum WHERE reconciliation_id = ?

-- name: sum_insert
INSERT INTO payment_reconciliation_sum (reconciliation_id, currency, charged_there, charged_here, refunded_there, refunded_here)
VALUES (?, ?, ?, ?, ?, ?)

-- name: sum_all
SELECT currency, charged_there, charged_here, refunded_there, refunded_here FROM payment_reconciliation_sum WHERE reconciliation_id = ?
ORDER BY currency

-- name: difference_max
SELECT COALESCE(MAX(id), 0) FROM payment_difference

-- name: difference_known
SELECT id FROM payment_difference WHERE provider = ? AND account_id = ? AND kind = ? AND payment_id = ? AND ref = ?

-- name: difference_insert
INSERT INTO payment_difference (id, reconciliation_id, provider, account_id, kind, payment_id, ref, here, here_currency, there, there_currency,
    found_at, seen_at, settled_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)

-- name: difference_seen
-- (here, its currency, there, its currency, now, id): found once more, or again
UPDATE payment_difference SET here = ?, here_currency = ?, there = ?, there_currency = ?, seen_at = ?, settled_at = 0 WHERE id = ?

-- name: difference_settle
-- (now, reconciliation, compared since)
UPDATE payment_difference SET settled_at = ? WHERE reconciliation_id = ? AND settled_at = 0 AND seen_at < ?

-- name: difference_decided
-- (now, reconciliation): what people have decided is no longer open, though the books stay as they are
UPDATE payment_difference SET settled_at = ? WHERE reconciliation_id = ? AND settled_at = 0
  AND EXISTS (SELECT 1 FROM payment_case c WHERE c.source = CONCAT('difference:', payment_difference.id) AND c.state = 'resolved')

-- name: difference_counts
SELECT COUNT(*), COALESCE(SUM(CASE WHEN settled_at = 0 THEN 1 ELSE 0 END), 0) FROM payment_difference WHERE reconciliation_id = ?

-- name: difference_open_count
SELECT COUNT(*) FROM payment_difference WHERE settled_at = 0

-- name: difference_page
-- (reconciliation, only open ones, after this id, rows)
SELECT id, kind, payment_id, ref, here, here_currency, there, there_currency, found_at, settled_at FROM payment_difference
WHERE reconciliation_id = ? AND (? = 0 OR settled_at = 0) AND id > ? ORDER BY id LIMIT ?

-- What differs. Each takes (provider, account, from, to, after this key, rows) and gives: key, payment, ref, here, its currency, there, its currency.
-- An organizer's own account has charges of other sales too: those that name no payment of ours are none of our business.

-- name: find_charge_unknown
SELECT l.id, l.payment_id, l.ref, 0, '', l.amount, l.currency FROM payment_book_line l
LEFT JOIN payment_intent p ON p.id = l.payment_id AND p.provider = l.provider AND p.account_id = l.account_id
WHERE l.provider = ? AND l.account_id = ? AND l.at >= ? AND l.at < ? AND l.refund = 0 AND l.id > ? AND p.id IS NULL
  AND (l.account_id = 0 OR l.payment_id <> 0)
ORDER BY l.id LIMIT ?

-- name: find_charge_not_here
SELECT l.id, p.id, l.ref, 0, '', l.amount, l.currency FROM payment_book_line l
JOIN payment_intent p ON p.id = l.payment_id AND p.provider = l.provider AND p.account_id = l.account_id
WHERE l.provider = ? AND l.account_id = ? AND l.at >= ? AND l.at < ? AND l.refund = 0 AND l.id > ? AND p.captured = 0
ORDER BY l.id LIMIT ?

-- name: find_charge_differs
-- The first one of a payment; the others are too many.
SELECT l.id, p.id, l.ref, p.captured, p.charged_currency, l.amount, l.currency FROM payment_book_line l
JOIN payment_intent p ON p.id = l.payment_id AND p.provider = l.provider AND p.account_id = l.account_id
WHERE l.provider = ? AND l.account_id = ? AND l.at >= ? AND l.at < ? AND l.refund = 0 AND l.id > ?
  AND p.captured > 0 AND (p.captured <> l.amount OR p.charged_currency <> l.currency)
  AND NOT EXISTS (SELECT 1 FROM payment_book_line e WHERE e.payment_id = l.payment_id AND e.refund = 0 AND e.provider = l.provider
                  AND e.account_id = l.account_id AND e.id < l.id)
ORDER BY l.id LIMIT ?

-- name: find_charged_twice
SELECT l.id, p.id, l.ref, p.captured, p.charged_currency, l.amount, l.currency FROM payment_book_line l
JOIN payment_intent p ON p.id = l.payment_id AND p.provider = l.provider AND p.account_id = l.account_id
WHERE l.provider = ? AND l.account_id = ? AND l.at >= ? AND l.at < ? AND l.refund = 0 AND l.id > ?
  AND EXISTS (SELECT 1 FROM payment_book_line e WHERE e.payment_id = l.payment_id AND e.refund = 0 AND e.provider = l.provider
              AND e.account_id = l.account_id AND e.id < l.id)
ORDER BY l.id LIMIT ?

-- name: find_charge_not_there
SELECT p.id, p.id, '', p.captured, p.charged_currency, 0, '' FROM payment_intent p
WHERE p.provider = ? AND p.account_id = ? AND p.captured > 0
  AND p.id IN (SELECT payment_id FROM payment_move WHERE at >= ? AND at < ? AND refund_id = 0 AND to_state IN ('captured', 'quarantined'))
  AND p.id > ?
  AND NOT EXISTS (SELECT 1 FROM payment_book_line l WHERE l.payment_id = p.id AND l.refund = 0 AND l.provider = p.provider
                  AND l.account_id = p.account_id)
ORDER BY p.id LIMIT ?

-- name: find_refund_unknown
SELECT l.id, l.payment_id, l.ref, 0, '', l.amount, l.currency FROM payment_book_line l
LEFT JOIN payment_intent p ON p.id = l.payment_id AND p.provider = l.provider AND p.account_id = l.account_id
WHERE l.provider = ? AND l.account_id = ? AND l.at >= ? AND l.at < ? AND l.refund = 1 AND l.id > ? AND p.id IS NULL
  AND (l.account_id = 0 OR l.payment_id <> 0)
ORDER BY l.id LIMIT ?

-- name: find_refund_not_here
-- What went back of a payment, all together: more there, or in another currency.
SELECT p.id, p.id, '', p.refunded, p.charged_currency, SUM(l.amount), MAX(l.currency) FROM payment_intent p
JOIN payment_book_line l ON l.payment_id = p.id AND l.refund = 1 AND l.provider = p.provider AND l.account_id = p.account_id
WHERE p.id IN (SELECT payment_id FROM payment_book_line WHERE provider = ? AND account_id = ? AND at >= ? AND at < ? AND refund = 1) AND p.id > ?
GROUP BY p.id, p.refunded, p.charged_currency
HAVING SUM(l.amount) > p.refunded OR MIN(l.currency) <> p.charged_currency OR MAX(l.currency) <> p.charged_currency
ORDER BY p.id LIMIT ?

-- name: find_refund_not_there
-- Less there.
SELECT p.id, p.id, '', p.refunded, p.charged_currency, COALESCE(SUM(l.amount), 0), COALESCE(MAX(l.currency), '') FROM payment_intent p
LEFT JOIN payment_book_line l ON l.payment_id = p.id AND l.refund = 1 AND l.provider = p.provider AND l.account_id = p.account_id
WHERE p.provider = ? AND p.account_id = ?
  AND p.id IN (SELECT payment_id FROM payment_move WHERE at >= ? AND at < ? AND refund_id <> 0 AND to_state = 'done') AND p.id > ?
GROUP BY p.id, p.refunded, p.charged_currency
HAVING COALESCE(SUM(l.amount), 0) < p.refunded
ORDER BY p.id LIMIT ?
