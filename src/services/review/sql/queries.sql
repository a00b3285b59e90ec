-- name: review_max
SELECT COALESCE(MAX(id), 0) FROM review_review

-- name: report_max
SELECT COALESCE(MAX(id), 0) FROM review_report

-- name: review_get
-- (viewer, id)
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r WHERE r.id = ?

-- name: review_of
-- (viewer, performance, user)
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r WHERE r.performance_id = ? AND r.user_id = ?

-- name: page_recent
-- (viewer, performance, key, key, id, limit); so the next two
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r
 WHERE r.performance_id = ? AND r.hidden_at IS NULL AND r.deleted_at IS NULL AND (r.created_at < ? OR (r.created_at = ? AND r.id < ?))
 ORDER BY r.created_at DESC, r.id DESC LIMIT ?

-- name: page_likes
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r
 WHERE r.performance_id = ? AND r.hidden_at IS NULL AND r.deleted_at IS NULL AND (r.likes < ? OR (r.likes = ? AND r.id < ?))
 ORDER BY r.likes DESC, r.id DESC LIMIT ?

-- name: page_rating
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r
 WHERE r.performance_id = ? AND r.hidden_at IS NULL AND r.deleted_at IS NULL AND (r.rating < ? OR (r.rating = ? AND r.id < ?))
 ORDER BY r.rating DESC, r.id DESC LIMIT ?

-- name: page_mine
-- (viewer, user, id, limit)
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r WHERE r.user_id = ? AND r.deleted_at IS NULL AND r.id < ? ORDER BY r.id DESC LIMIT ?

-- name: page_reported
-- (viewer, id, limit); so the next
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r WHERE r.open_reports > 0 AND r.id < ? ORDER BY r.id DESC LIMIT ?

-- name: page_hidden
SELECT r.id, r.performance_id, r.user_id, r.author, r.rating, r.title, r.content, r.likes, r.open_reports, r.created_at, r.updated_at, r.hidden_at,
       r.hidden_reason, r.deleted_at, (SELECT COUNT(*) FROM review_like l WHERE l.review_id = r.id AND l.user_id = ?)
  FROM review_review r WHERE r.hidden_at IS NOT NULL AND r.deleted_at IS NULL AND r.id < ? ORDER BY r.id DESC LIMIT ?

-- name: review_insert
INSERT INTO review_review (id, performance_id, user_id, booking_id, author, rating, title, content, likes, open_reports, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)

-- name: review_again
UPDATE review_review SET booking_id = ?, author = ?, rating = ?, title = ?, content = ?, created_at = ?, updated_at = NULL, deleted_at = NULL WHERE id = ?

-- name: review_update
UPDATE review_review SET rating = ?, title = ?, content = ?, updated_at = ? WHERE id = ?

-- name: review_delete
UPDATE review_review SET title = '', content = '', likes = 0, deleted_at = ? WHERE id = ?

-- name: review_hide
UPDATE review_review SET hidden_at = ?, hidden_by = ?, hidden_reason = ? WHERE id = ?

-- name: review_author
UPDATE review_review SET author = ? WHERE user_id = ?

-- name: likes_add
UPDATE review_review SET likes = likes + ? WHERE id = ?

-- name: like_insert
INSERT INTO review_like (review_id, user_id, liked_at) VALUES (?, ?, ?)

-- name: like_delete
DELETE FROM review_like WHERE review_id = ? AND user_id = ?

-- name: likes_delete
DELETE FROM review_like WHERE review_id = ?

-- name: report_of
SELECT id FROM review_report WHERE review_id = ? AND user_id = ?

-- name: report_insert
INSERT INTO review_report (id, review_id, user_id, reason, reported_at) VALUES (?, ?, ?, ?, ?)

-- name: report_counted
UPDATE review_review SET open_reports = open_reports + 1 WHERE id = ?

-- name: reports_open
SELECT reason FROM review_report WHERE review_id = ? AND closed_at IS NULL ORDER BY id DESC LIMIT ?

-- name: reports_close
UPDATE review_report SET closed_at = ? WHERE review_id = ? AND closed_at IS NULL

-- name: reports_closed
UPDATE review_review SET open_reports = 0 WHERE id = ?

-- name: rating_get
SELECT stars, reviews FROM review_rating WHERE performance_id = ?

-- name: rating_add
UPDATE review_rating SET stars = stars + ?, reviews = reviews + ? WHERE performance_id = ?

-- name: rating_insert
INSERT INTO review_rating (performance_id, stars, reviews) VALUES (?, ?, ?)
