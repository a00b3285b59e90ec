-- name: R1_one_review_a_user
-- help: nobody has two reviews of a performance
SELECT performance_id, user_id FROM review_review GROUP BY performance_id, user_id HAVING COUNT(*) > 1

-- name: R1_one_like_a_user
-- help: nobody likes a review twice
SELECT review_id, user_id FROM review_like GROUP BY review_id, user_id HAVING COUNT(*) > 1

-- name: R1_likes_are_rows
-- help: a review has as many likes as there are rows of them; a deleted one has none
SELECT r.id FROM review_review r LEFT JOIN (SELECT review_id, COUNT(*) AS n FROM review_like GROUP BY review_id) l ON l.review_id = r.id
 WHERE r.likes <> COALESCE(l.n, 0) OR (r.deleted_at IS NOT NULL AND r.likes <> 0)

-- name: R1_reports_are_rows
-- help: a review has as many open reports as there are rows of them
SELECT r.id FROM review_review r
  LEFT JOIN (SELECT review_id, COUNT(*) AS n FROM review_report WHERE closed_at IS NULL GROUP BY review_id) p ON p.review_id = r.id
 WHERE r.open_reports <> COALESCE(p.n, 0)

-- name: R2_rating_is_exact
-- help: stars and number of reviews of a performance are those of the reviews that the public sees
SELECT g.performance_id FROM review_rating g
  LEFT JOIN (SELECT performance_id, SUM(rating) AS stars, COUNT(*) AS n FROM review_review
              WHERE hidden_at IS NULL AND deleted_at IS NULL GROUP BY performance_id) r ON r.performance_id = g.performance_id
 WHERE g.stars <> COALESCE(r.stars, 0) OR g.reviews <> COALESCE(r.n, 0)

-- name: R2_rating_is_there
-- help: a performance with a review has a row of its rating
SELECT r.id FROM review_review r LEFT JOIN review_rating g ON g.performance_id = r.performance_id
 WHERE r.hidden_at IS NULL AND r.deleted_at IS NULL AND g.performance_id IS NULL

-- name: hidden_has_reason
-- help: what is hidden tells by whom and why
SELECT id FROM review_review WHERE (hidden_at IS NULL) <> (hidden_reason IS NULL) OR (hidden_at IS NULL) <> (hidden_by IS NULL)
