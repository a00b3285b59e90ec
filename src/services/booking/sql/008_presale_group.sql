-- The group whose code it was: who has come in stays in it, also when the group gets other codes.
ALTER TABLE booking_presale_use ADD COLUMN group_name VARCHAR(40) NOT NULL DEFAULT '';
