-- Call the biography what the screen calls it
--
-- A rename in one step is for an application that stops for its deployments.
-- While old and new instances run side by side, add the new column, write both,
-- move the readers over, and drop the old one in a later release.
--
-- Revision ID: 4f1c2a9be3d7
-- Revises: 17b0e5d3fa62
-- Create Date: 2024-10-31 09:15:00+00:00

-- brant:upgrade
-- lint:allow BR502 this application stops for its deployments
ALTER TABLE profiles RENAME COLUMN bio TO about;

-- brant:downgrade
ALTER TABLE profiles RENAME COLUMN about TO bio;
