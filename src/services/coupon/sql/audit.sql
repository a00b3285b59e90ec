-- name: C1_stock
-- help: C1: no more pieces of a coupon are out than there are, and as many as its count says
SELECT o.id, o.quantity, o.issued, COALESCE(p.n, 0) FROM coupon_offer o
LEFT JOIN (SELECT coupon_id, COUNT(*) AS n FROM coupon_piece GROUP BY coupon_id) p ON p.coupon_id = o.id
WHERE o.issued + o.open_codes > o.quantity OR o.issued <> COALESCE(p.n, 0)

-- name: C1_codes
-- help: C1: the single-use codes still open are those made less those redeemed
SELECT o.id, o.open_codes, COALESCE(b.n, 0), COALESCE(p.n, 0) FROM coupon_offer o
LEFT JOIN (SELECT coupon_id, SUM(last_id - first_id + 1) AS n FROM coupon_batch GROUP BY coupon_id) b ON b.coupon_id = o.id
LEFT JOIN (SELECT coupon_id, COUNT(code_id) AS n FROM coupon_piece GROUP BY coupon_id) p ON p.coupon_id = o.id
WHERE o.open_codes <> COALESCE(b.n, 0) - COALESCE(p.n, 0)

-- name: C1_known
-- help: C1: every piece is of a coupon that was made
SELECT p.id, p.coupon_id FROM coupon_piece p LEFT JOIN coupon_offer o ON o.id = p.coupon_id WHERE o.id IS NULL

-- name: C2_one_a_user
-- help: C2: nobody has two pieces of a coupon
SELECT coupon_id, user_id, COUNT(*) FROM coupon_piece GROUP BY coupon_id, user_id HAVING COUNT(*) > 1

-- name: C3_one_booking
-- help: C3: a piece that is reserved or used is so by one booking, and that booking says the same
SELECT p.id, p.state, p.booking_id FROM coupon_piece p LEFT JOIN coupon_use u ON u.booking_id = p.booking_id AND u.piece_id = p.id AND u.state = p.state - 1
WHERE p.state IN (1, 2) AND u.booking_id IS NULL

-- name: C3_one_piece
-- help: C3: what a booking has reserved or used is one piece, which says the same; no other booking has it
SELECT u.booking_id, u.piece_id, u.state FROM coupon_use u LEFT JOIN coupon_piece p ON p.id = u.piece_id AND p.booking_id = u.booking_id
WHERE u.state IN (0, 1) AND p.id IS NULL
