-- Merge tags and attachments
--
-- Written by `brant merge heads`. A merge joins branches of the history and
-- usually changes nothing: empty sections say that this is meant.
--
-- Revision ID: e29f06d4b8a3
-- Revises: b7350d9ac41e, 52c8e1f7049b
-- Create Date: 2024-04-04 11:02:09+00:00

-- brant:upgrade

-- brant:downgrade
