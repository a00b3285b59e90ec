-- name: posters_delete
DELETE FROM performance_poster WHERE performance_id = ?

-- name: poster_insert
INSERT INTO performance_poster (id, width, performance_id, picture) VALUES (?, ?, ?, ?)

-- name: poster_get
SELECT picture FROM performance_poster WHERE id = ? AND width = ?
