-- name: P1_balance
-- help: P1: a balance is not negative and is the sum of what happened to it
SELECT a.user_id, a.balance, COALESCE(e.sum, 0) FROM mileage_account a
LEFT JOIN (SELECT user_id, SUM(delta) AS sum FROM mileage_entry GROUP BY user_id) e ON e.user_id = a.user_id
WHERE a.balance < 0 OR a.owed < 0 OR a.balance <> COALESCE(e.sum, 0)

-- name: P1_every_prefix
-- help: P1: after each entry the balance was the sum of all up to it, and not negative
SELECT id, balance_after FROM (
    SELECT id, balance_after, SUM(delta) OVER (PARTITION BY user_id ORDER BY id) AS sum FROM mileage_entry
) AS prefixes
WHERE balance_after <> sum OR balance_after < 0

-- name: P1_known
-- help: P1: every entry and every lot is of an account
SELECT e.id, e.user_id FROM mileage_entry e LEFT JOIN mileage_account a ON a.user_id = e.user_id WHERE a.user_id IS NULL
UNION ALL
SELECT l.id, l.user_id FROM mileage_lot l LEFT JOIN mileage_account a ON a.user_id = l.user_id WHERE a.user_id IS NULL

-- name: P1_ledger_balances
-- help: P1: the lines of every ledger entry sum to 0
SELECT entry_id, SUM(amount) FROM mileage_ledger GROUP BY entry_id HAVING SUM(amount) <> 0

-- name: P1_ledger_agrees
-- help: P1: what an entry did to the balance is its line in the ledger
SELECT e.id, e.delta, COALESCE(l.amount, 0) FROM mileage_entry e LEFT JOIN mileage_ledger l ON l.entry_id = e.id AND l.account = 0
WHERE e.delta <> COALESCE(l.amount, 0)
UNION ALL
SELECT l.entry_id, l.account, l.amount FROM mileage_ledger l LEFT JOIN mileage_entry e ON e.id = l.entry_id WHERE e.id IS NULL

-- name: P1_owed
-- help: P1: what a customer owes is what the ledger says
SELECT a.user_id, a.owed, COALESCE(o.sum, 0) FROM mileage_account a
LEFT JOIN (SELECT e.user_id, SUM(l.amount) AS sum FROM mileage_ledger l JOIN mileage_entry e ON e.id = l.entry_id WHERE l.account = 6 GROUP BY e.user_id) o
       ON o.user_id = a.user_id
WHERE a.owed <> -COALESCE(o.sum, 0)

-- name: P2_source
-- help: P2: nothing has its effect twice
SELECT kind, source_id, COUNT(*) FROM mileage_entry GROUP BY kind, source_id HAVING COUNT(*) > 1

-- name: P2_lots
-- help: P2: the lots of a customer add up to his balance
SELECT a.user_id, a.balance, COALESCE(l.sum, 0) FROM mileage_account a
LEFT JOIN (SELECT user_id, SUM(remaining) AS sum FROM mileage_lot GROUP BY user_id) l ON l.user_id = a.user_id
WHERE a.balance <> COALESCE(l.sum, 0)

-- name: P2_parts
-- help: P2: the parts of a reservation add up to it, and so does what came back of them
SELECT r.id, r.amount, r.returned FROM mileage_reservation r
LEFT JOIN (SELECT reservation_id, SUM(amount) AS amount, SUM(returned) AS returned FROM mileage_part GROUP BY reservation_id) p ON p.reservation_id = r.id
WHERE r.amount <> COALESCE(p.amount, 0) OR r.returned <> COALESCE(p.returned, 0)

-- name: P2_reserved
-- help: P2: what the ledger holds as reserved is what bookings have reserved
SELECT e.user_id, SUM(l.amount), COALESCE(MAX(r.sum), 0) FROM mileage_ledger l JOIN mileage_entry e ON e.id = l.entry_id
LEFT JOIN (SELECT user_id, SUM(amount) AS sum FROM mileage_reservation WHERE state = 0 GROUP BY user_id) r ON r.user_id = e.user_id
WHERE l.account = 1 GROUP BY e.user_id HAVING SUM(l.amount) <> COALESCE(MAX(r.sum), 0)

-- name: P2_redeemed
-- help: P2: what the ledger holds as redeemed is what was spent and did not come back
SELECT e.user_id, SUM(l.amount), COALESCE(MAX(r.sum), 0) FROM mileage_ledger l JOIN mileage_entry e ON e.id = l.entry_id
LEFT JOIN (SELECT user_id, SUM(amount - returned) AS sum FROM mileage_reservation WHERE state = 1 GROUP BY user_id) r ON r.user_id = e.user_id
WHERE l.account = 2 GROUP BY e.user_id HAVING SUM(l.amount) <> COALESCE(MAX(r.sum), 0)

-- name: P2_issued
-- help: P2: what the ledger holds as issued is what bookings have earned
SELECT e.user_id, SUM(l.amount), COALESCE(MAX(p.sum), 0) FROM mileage_ledger l JOIN mileage_entry e ON e.id = l.entry_id
LEFT JOIN (SELECT user_id, SUM(earned) AS sum FROM mileage_purchase GROUP BY user_id) p ON p.user_id = e.user_id
WHERE l.account = 3 GROUP BY e.user_id HAVING SUM(l.amount) <> -COALESCE(MAX(p.sum), 0)
