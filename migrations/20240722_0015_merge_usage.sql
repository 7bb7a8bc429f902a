-- Merge the usage branch
--
-- The counters are in use everywhere now, so from here on there is one head
-- again, and `brant upgrade head` is enough.
--
-- Revision ID: f3c2718b5d0e
-- Revises: 0b6f94a7e3d2, c5b3d98e6f10
-- Create Date: 2024-07-22 08:30:00+00:00

-- brant:upgrade

-- brant:downgrade
