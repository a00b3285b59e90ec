-- name: account_all
SELECT user_id, balance, owed FROM mileage_account

-- name: account_of
SELECT balance, owed FROM mileage_account WHERE user_id = ?

-- name: account_insert
INSERT INTO mileage_account (user_id, balance, owed) VALUES (?, 0, 0)

-- name: account_change
UPDATE mileage_account SET balance = balance + ?, owed = owed + ? WHERE user_id = ?

-- name: entry_max
SELECT COALESCE(MAX(id), 0) FROM mileage_entry

-- name: entry_insert
INSERT INTO mileage_entry (id, user_id, kind, source_id, delta, balance_after, booking_id, actor_id, note, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: entry_page
-- (user, before, rows): what moved the balance
SELECT id, kind, delta, balance_after, booking_id, note, at FROM mileage_entry WHERE user_id = ? AND id < ? AND delta <> 0 ORDER BY id DESC LIMIT ?

-- name: ledger_insert
INSERT INTO mileage_ledger (entry_id, account, amount) VALUES (?, ?, ?)

-- name: lot_max
-- Lots that are used up leave no row: their numbers live on in the entries of their expiry.
SELECT MAX(id) FROM (SELECT COALESCE(MAX(id), 0) AS id FROM mileage_lot
                     UNION ALL SELECT COALESCE(MAX(source_id), 0) FROM mileage_entry WHERE kind = 6) AS known

-- name: lot_insert
INSERT INTO mileage_lot (id, user_id, remaining, expires_at) VALUES (?, ?, ?, ?)

-- name: lot_of_user
SELECT id, remaining, expires_at FROM mileage_lot WHERE user_id = ? ORDER BY expires_at, id

-- name: lot_over
-- (now, rows)
SELECT id, user_id, remaining FROM mileage_lot WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?

-- name: lot_over_of_user
-- (user, now)
SELECT id, user_id, remaining FROM mileage_lot WHERE user_id = ? AND expires_at <= ? ORDER BY expires_at, id

-- name: lot_next
SELECT MIN(expires_at) FROM mileage_lot

-- name: lot_less
UPDATE mileage_lot SET remaining = remaining - ? WHERE id = ?

-- name: lot_delete
DELETE FROM mileage_lot WHERE id = ?

-- name: reservation_max
SELECT COALESCE(MAX(id), 0) FROM mileage_reservation

-- name: reservation_live
SELECT id, booking_id, user_id, amount, state, returned FROM mileage_reservation WHERE live_booking = ?

-- name: reservation_insert
INSERT INTO mileage_reservation (id, booking_id, live_booking, user_id, amount, state, returned) VALUES (?, ?, ?, ?, ?, 0, 0)

-- name: reservation_update
UPDATE mileage_reservation SET live_booking = ?, state = ?, returned = ? WHERE id = ?

-- name: part_insert
INSERT INTO mileage_part (reservation_id, expires_at, amount, returned) VALUES (?, ?, ?, 0)

-- name: part_all
-- What would expire last comes first.
SELECT expires_at, amount, returned FROM mileage_part WHERE reservation_id = ? ORDER BY expires_at DESC

-- name: part_returned
UPDATE mileage_part SET returned = returned + ? WHERE reservation_id = ? AND expires_at = ?

-- name: purchase_get
SELECT user_id, paid, earned FROM mileage_purchase WHERE booking_id = ?

-- name: purchase_insert
INSERT INTO mileage_purchase (booking_id, user_id, paid, earned) VALUES (?, ?, ?, ?)

-- name: purchase_earned
UPDATE mileage_purchase SET earned = ? WHERE booking_id = ?

-- name: cancellation_get
SELECT id FROM mileage_cancellation WHERE id = ?

-- name: cancellation_insert
INSERT INTO mileage_cancellation (id, booking_id, gone, whole) VALUES (?, ?, ?, ?)

-- name: cancellation_sum
SELECT COALESCE(SUM(gone), 0), COALESCE(MAX(whole), 0) FROM mileage_cancellation WHERE booking_id = ?

-- name: lot_first
SELECT remaining, expires_at FROM mileage_lot WHERE user_id = ? ORDER BY expires_at, id LIMIT 1
