-- A review: one a person and performance for ever. Deleted, its text goes and the row stays; written again, the same row comes back.
CREATE TABLE review_review (
    id             INTEGER PRIMARY KEY,
    performance_id BIGINT NOT NULL,
    user_id        BIGINT NOT NULL,
    booking_id     BIGINT NOT NULL,           -- by which the author was there
    author         VARCHAR(10) NOT NULL,      -- what others see of the name
    rating         INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title          VARCHAR(100) NOT NULL,
    content        TEXT NOT NULL,
    likes          BIGINT NOT NULL CHECK (likes >= 0),
    open_reports   BIGINT NOT NULL CHECK (open_reports >= 0),
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT,
    hidden_at      BIGINT,
    hidden_by      BIGINT,
    hidden_reason  VARCHAR(500),
    deleted_at     BIGINT,
    CONSTRAINT review_once UNIQUE (performance_id, user_id)
);
CREATE INDEX review_review_recent ON review_review (performance_id, created_at, id);
CREATE INDEX review_review_likes ON review_review (performance_id, likes, id);
CREATE INDEX review_review_rating ON review_review (performance_id, rating, id);
CREATE INDEX review_review_user ON review_review (user_id, id);
CREATE INDEX review_review_reports ON review_review (open_reports);
CREATE INDEX review_review_hidden ON review_review (hidden_at);

CREATE TABLE review_like (
    review_id BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    liked_at  BIGINT NOT NULL,
    PRIMARY KEY (review_id, user_id)
);

-- One a person and review. closed_at: staff have looked at it, or the review was deleted.
CREATE TABLE review_report (
    id          INTEGER PRIMARY KEY,
    review_id   BIGINT NOT NULL,
    user_id     BIGINT NOT NULL,
    reason      VARCHAR(500) NOT NULL,
    reported_at BIGINT NOT NULL,
    closed_at   BIGINT,
    CONSTRAINT review_report_once UNIQUE (review_id, user_id)
);

-- The stars of all reviews that the public sees: the average is exact at once.
CREATE TABLE review_rating (
    performance_id INTEGER PRIMARY KEY,
    stars          BIGINT NOT NULL CHECK (stars >= 0),
    reviews        BIGINT NOT NULL CHECK (reviews >= 0)
);
