-- Which pages may show a performance in a frame. No row, or no line: none.
CREATE TABLE performance_embed (
    performance_id INTEGER PRIMARY KEY,
    origins        VARCHAR(4200) NOT NULL          -- a line each
);
