CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "bio" text DEFAULT 'a; b' /*application='x;y'*/);
CREATE UNIQUE INDEX "index_users_on_lower" ON "users" (lower("bio")) WHERE bio <> ';' /*application='x'*/;
CREATE TRIGGER logidze AFTER INSERT ON "users" FOR EACH ROW BEGIN UPDATE users SET bio = 'x;' WHERE id = new.id; END;
INSERT INTO "schema_migrations" (version) VALUES
('20240502130000'),
('20240501120000');

