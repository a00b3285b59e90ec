-- name: E1_mail_once
-- help: E1: a person is told once of an event
SELECT kind, source_id, user_id, COUNT(*) FROM notify_mail GROUP BY kind, source_id, user_id HAVING COUNT(*) > 1

-- name: E1_delivery_once
-- help: E1: a webhook hears an event once, by one id
SELECT webhook_id, event_id, COUNT(*) FROM notify_delivery GROUP BY webhook_id, event_id HAVING COUNT(*) > 1

-- name: E2_mail_goes_on
-- help: E2: a mail waits for a time to be sent, or is finished
SELECT id, status, due_at, done_at FROM notify_mail WHERE (status = 'queued') <> (due_at IS NOT NULL) OR (status = 'queued') <> (done_at IS NULL)

-- name: E2_delivery_goes_on
-- help: E2: a delivery waits for a time to be tried, or is finished
SELECT id, status, due_at, done_at FROM notify_delivery WHERE (status = 'queued') <> (due_at IS NOT NULL) OR (status = 'queued') <> (done_at IS NULL)

-- name: delivery_owned
-- help: Every delivery belongs to a webhook, and waits only for one in use
SELECT d.id, d.webhook_id FROM notify_delivery d LEFT JOIN notify_webhook w ON w.id = d.webhook_id
WHERE w.id IS NULL OR (d.status = 'queued' AND w.active = 0)
