-- name: embed_update
UPDATE performance_embed SET origins = ? WHERE performance_id = ?

-- name: embed_insert
INSERT INTO performance_embed (performance_id, origins) VALUES (?, ?)

-- name: embed_get
SELECT origins FROM performance_embed WHERE performance_id = ?
