-- name: entries_balance
-- help: M1: the lines of every ledger entry sum to 0
SELECT move_id, currency, SUM(amount) FROM payment_ledger GROUP BY move_id, currency HAVING SUM(amount) <> 0

-- name: ledger_agrees
-- help: M1: a payment's ledger holds what its state, its refunds and its fees say: at the provider, undecided, owed back, sold
SELECT p.id, p.state, p.captured, p.refunded, p.promised, l.provider, l.buyer, l.owed, l.sold, l.retained
FROM payment_intent p LEFT JOIN (
    SELECT payment_id,
           SUM(CASE WHEN account = 'provider' THEN amount ELSE 0 END) AS provider,
           SUM(CASE WHEN account = 'buyer' THEN amount ELSE 0 END) AS buyer,
           SUM(CASE WHEN account = 'refund_due' THEN amount ELSE 0 END) AS owed,
           SUM(CASE WHEN account = 'retained_fee' THEN amount ELSE 0 END) AS retained,
           SUM(CASE WHEN account IN ('organizer', 'platform_fee', 'tax', 'provider_fee', 'retained_fee') THEN amount ELSE 0 END) AS sold
    FROM payment_ledger GROUP BY payment_id) l ON l.payment_id = p.id
LEFT JOIN (SELECT payment_id, SUM(amount) AS amount FROM payment_retained GROUP BY payment_id) r ON r.payment_id = p.id
WHERE COALESCE(l.provider, 0) <> p.captured - p.refunded
   OR COALESCE(l.buyer, 0) <> CASE WHEN p.state = 'paid' THEN 0 ELSE p.promised - p.captured END
   OR COALESCE(l.owed, 0) <> p.refunded - p.promised
   OR COALESCE(l.sold, 0) <> CASE WHEN p.state = 'paid' THEN p.promised - p.captured ELSE 0 END
   OR -COALESCE(l.retained, 0) <> CASE WHEN p.state <> 'paid' THEN 0
                                       WHEN COALESCE(r.amount, 0) < p.captured - p.promised THEN COALESCE(r.amount, 0)
                                       ELSE p.captured - p.promised END

-- name: fees_agree
-- help: M1: of what is kept of a sale each fee is its share, rounded down; of payments below a thousand million, whose products are exact
SELECT p.id, p.captured, l.kept, f.platform_fee, l.platform_fee, f.tax, l.tax, f.provider_fee, l.provider_fee
FROM payment_fee f JOIN payment_intent p ON p.id = f.payment_id
JOIN (SELECT payment_id,
             -SUM(CASE WHEN account IN ('organizer', 'platform_fee', 'tax', 'provider_fee') THEN amount ELSE 0 END) AS kept,
             -SUM(CASE WHEN account = 'platform_fee' THEN amount ELSE 0 END) AS platform_fee,
             -SUM(CASE WHEN account = 'tax' THEN amount ELSE 0 END) AS tax,
             -SUM(CASE WHEN account = 'provider_fee' THEN amount ELSE 0 END) AS provider_fee
      FROM payment_ledger GROUP BY payment_id) l ON l.payment_id = p.id
WHERE p.captured < 1000000000
  AND (l.platform_fee * p.captured > f.platform_fee * l.kept OR (l.platform_fee + 1) * p.captured <= f.platform_fee * l.kept
    OR l.tax * p.captured > f.tax * l.kept OR (l.tax + 1) * p.captured <= f.tax * l.kept
    OR l.provider_fee * p.captured > f.provider_fee * l.kept OR (l.provider_fee + 1) * p.captured <= f.provider_fee * l.kept)

-- name: fees_known
-- help: M1: every payment whose money came has its fees, which are no more than the money, and no other payment has
SELECT p.id, p.captured, f.platform_fee, f.tax, f.provider_fee FROM payment_intent p LEFT JOIN payment_fee f ON f.payment_id = p.id
WHERE (p.captured > 0) <> (f.payment_id IS NOT NULL) OR f.platform_fee + f.tax + f.provider_fee > p.captured

-- name: accounts_owned
-- help: M1: what is owed to an organizer is owed to the one who sold, fees that are kept to whom they were to go, and no other account is anybody's
SELECT l.move_id, l.account, l.organizer_id FROM payment_ledger l JOIN payment_intent p ON p.id = l.payment_id
LEFT JOIN payment_fee f ON f.payment_id = p.id
WHERE l.organizer_id <> CASE l.account WHEN 'organizer' THEN p.organizer_id WHEN 'retained_fee' THEN f.retained_to ELSE 0 END

-- name: organizers_owed
-- help: M1: no organizer owes the platform: the accounts of each, currency by currency, are not overdrawn
SELECT organizer_id, currency, SUM(amount) FROM payment_ledger WHERE account IN ('organizer', 'retained_fee')
GROUP BY organizer_id, currency HAVING SUM(amount) > 0
