-- Reports and lists of an organizer find their schedules, not all bookings there are.
CREATE INDEX booking_schedule_performance ON booking_schedule (performance_id);
CREATE INDEX booking_schedule_owner ON booking_schedule (owner_id);
