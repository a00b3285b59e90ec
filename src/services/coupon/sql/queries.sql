-- name: offer_max
SELECT COALESCE(MAX(id), 0) FROM coupon_offer

-- name: offer_counts
-- What the writer keeps in memory of each coupon.
SELECT id, listed, quantity, issued, open_codes, starts_at, expires_at, deleted_at IS NOT NULL, tidied, made_by FROM coupon_offer

-- name: offer_insert
INSERT INTO coupon_offer (id, name, code, code_key, percent, amount_off, max_off, min_total, currency, performance_id, listed, quantity, issued,
                          open_codes, starts_at, expires_at, made_by, created_at, deleted_at, tidied)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, NULL, 0)

-- name: offer_change
UPDATE coupon_offer SET name = ?, listed = ?, quantity = ?, starts_at = ?, expires_at = ? WHERE id = ?

-- name: offer_delete
UPDATE coupon_offer SET deleted_at = ?, code_key = NULL WHERE id = ?

-- name: offer_tidied
UPDATE coupon_offer SET tidied = 1 WHERE id = ?

-- name: offer_issue
-- (pieces, codes made less codes redeemed, coupon)
UPDATE coupon_offer SET issued = issued + ?, open_codes = open_codes + ? WHERE id = ?

-- name: offer_by_id
SELECT id, name, code, percent, amount_off, max_off, min_total, currency, performance_id, listed, quantity, issued, open_codes, starts_at, expires_at,
       created_at, made_by
FROM coupon_offer WHERE id = ? AND deleted_at IS NULL

-- name: offer_by_code
SELECT id FROM coupon_offer WHERE code_key = ?

-- name: offer_page
-- (before, rows): for staff
SELECT id, name, code, percent, amount_off, max_off, min_total, currency, performance_id, listed, quantity, issued, open_codes, starts_at, expires_at,
       created_at, made_by
FROM coupon_offer WHERE id < ? AND deleted_at IS NULL ORDER BY id DESC LIMIT ?

-- name: offer_page_open
-- (before, now, user, rows): what customers may claim now or soon, and what the user has made
SELECT id, name, code, percent, amount_off, max_off, min_total, currency, performance_id, listed, quantity, issued, open_codes, starts_at, expires_at,
       created_at, made_by
FROM coupon_offer WHERE id < ? AND deleted_at IS NULL AND ((listed = 1 AND expires_at > ?) OR made_by = ?) ORDER BY id DESC LIMIT ?

-- name: piece_max
SELECT COALESCE(MAX(id), 0) FROM coupon_piece

-- name: piece_insert
INSERT INTO coupon_piece (id, coupon_id, user_id, state, booking_id, code_id, claimed_at) VALUES (?, ?, ?, 0, NULL, ?, ?)

-- name: piece_holders
SELECT user_id FROM coupon_piece WHERE coupon_id = ?

-- name: piece_state
UPDATE coupon_piece SET state = ?, booking_id = ? WHERE id = ?

-- name: piece_of_code
SELECT id FROM coupon_piece WHERE code_id = ?

-- name: piece_left_over
-- (coupon, after this user, rows)
SELECT id, user_id FROM coupon_piece WHERE coupon_id = ? AND user_id > ? AND state = 0 ORDER BY user_id LIMIT ?

-- name: piece_terms
SELECT p.id, p.user_id, p.state, p.booking_id, o.percent, o.amount_off, o.max_off, o.min_total, o.currency, o.performance_id, o.starts_at, o.expires_at
FROM coupon_piece p JOIN coupon_offer o ON o.id = p.coupon_id WHERE p.id = ?

-- name: piece_page
-- (user, before, rows)
SELECT p.id, p.coupon_id, p.state, p.booking_id, p.claimed_at, o.name, o.percent, o.amount_off, o.max_off, o.min_total, o.currency, o.performance_id,
       o.starts_at, o.expires_at
FROM coupon_piece p JOIN coupon_offer o ON o.id = p.coupon_id WHERE p.user_id = ? AND p.id < ? ORDER BY p.id DESC LIMIT ?

-- name: use_by_booking
SELECT booking_id, piece_id, total, discount, state FROM coupon_use WHERE booking_id = ?

-- name: use_insert
INSERT INTO coupon_use (booking_id, piece_id, total, discount, state, reserved_at, changed_at) VALUES (?, ?, ?, ?, 0, ?, ?)

-- name: use_again
UPDATE coupon_use SET piece_id = ?, total = ?, discount = ?, state = 0, reserved_at = ?, changed_at = ? WHERE booking_id = ?

-- name: use_state
UPDATE coupon_use SET state = ?, changed_at = ? WHERE booking_id = ?

-- name: batch_max
SELECT COALESCE(MAX(last_id), 0) FROM coupon_batch

-- name: batch_insert
INSERT INTO coupon_batch (first_id, last_id, coupon_id, made_by, made_at) VALUES (?, ?, ?, ?, ?)

-- name: batch_of_code
-- (code, code)
SELECT coupon_id FROM coupon_batch WHERE first_id = (SELECT MAX(first_id) FROM coupon_batch WHERE first_id <= ?) AND last_id >= ?

-- name: batch_of_coupon
SELECT first_id, last_id, made_at FROM coupon_batch WHERE coupon_id = ? ORDER BY first_id

-- name: code_redeemed
-- (first code, last code)
SELECT code_id, claimed_at FROM coupon_piece WHERE code_id BETWEEN ? AND ? ORDER BY code_id
