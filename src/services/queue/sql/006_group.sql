-- Lines of a presale's groups are rooms beside the general one. schedule_id is a room's id: of a group's, schedule + number of the group * 2^32.
ALTER TABLE queue_room ADD COLUMN group_name VARCHAR(40) NOT NULL DEFAULT '';
