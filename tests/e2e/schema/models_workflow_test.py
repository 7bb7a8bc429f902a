"""A day with protobuf models, by real programs, on each database: edit a message, autogenerate,
review, upgrade, downgrade, upgrade."""

import os
import re
import shutil

from tests.e2e import harness

# Which database: the build file has a test for each.
DATABASE = os.environ["WORKFLOW_DATABASE"]
MODELS = os.path.abspath("tests/e2e/schema/models")
DOCUMENT = os.path.abspath("docs/models.md")

ROWS = """
INSERT INTO accounts (id, email, photo, nick, fax, state, visits)
VALUES (1, 'ada@example.org', 'ada.png', 'ada', '+44 1', 'OPEN', 7);
"""

# What the upgrade says of each change, as whole lines.
WRITTEN = {
    "postgresql": """
        ALTER TABLE accounts RENAME COLUMN nick TO handle;
        ALTER TABLE accounts RENAME COLUMN photo TO picture;
        ALTER TABLE accounts RENAME CONSTRAINT accounts_nick_key TO accounts_handle_key;
        ALTER TYPE plan ADD VALUE 'TRIAL' AFTER 'FREE';
        -- DATA LOSS: drops accounts.fax and its values
        DROP COLUMN fax,
        ALTER COLUMN email TYPE character varying(320),
        ALTER COLUMN visits TYPE bigint,
        ADD COLUMN session_length bigint,
        ADD COLUMN note text,
        ADD COLUMN score bigint,
        ADD COLUMN emails jsonb DEFAULT '[]'::jsonb NOT NULL,
        ADD COLUMN settings jsonb DEFAULT '{}'::jsonb NOT NULL;
        placed_at timestamp with time zone DEFAULT now() NOT NULL,
        total numeric(10,2) NOT NULL,
        lines jsonb NOT NULL,
        CREATE INDEX orders_account_id_placed_at_idx ON orders (account_id, placed_at DESC);
        CREATE UNIQUE INDEX accounts_email_idx ON accounts (email) WHERE ((closed_at IS NULL));
        CONSTRAINT members_team_id_account_id_key UNIQUE (team_id, account_id),
        CONSTRAINT orders_replaces_id_fkey FOREIGN KEY (replaces_id) REFERENCES orders (id)
        CONSTRAINT members_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id)
        ALTER TABLE teams ADD CONSTRAINT teams_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES members (id) ON DELETE SET NULL;
        ALTER TABLE orders ADD CONSTRAINT orders_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE;
        COMMENT ON TABLE accounts IS 'Who buys, and who sells.';
        COMMENT ON COLUMN accounts.session_length IS 'How long a session lasts, in microseconds.';
    """,
    "sqlite": """
        ALTER TABLE accounts RENAME COLUMN nick TO handle;
        ALTER TABLE accounts RENAME COLUMN photo TO picture;
        CREATE TABLE brant_new_accounts (
        email VARCHAR(320) NOT NULL,
        visits BIGINT NOT NULL DEFAULT 0,
        session_length BIGINT,
        note TEXT,
        score BIGINT,
        emails JSON NOT NULL DEFAULT '[]',
        settings JSON NOT NULL DEFAULT '{}',
        CONSTRAINT accounts_plan_check CHECK ("plan" IN ('FREE', 'TRIAL', 'PAID')),
        CONSTRAINT accounts_state_check CHECK (state IN ('OPEN', 'CLOSED', 'BLOCKED')),
        -- DATA LOSS: drops accounts.fax and its values
        DROP TABLE accounts;
        ALTER TABLE brant_new_accounts RENAME TO accounts;
        placed_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
        total NUMERIC(10,2) NOT NULL,
        lines JSON NOT NULL,
        CREATE INDEX orders_account_id_placed_at_idx ON orders (account_id, placed_at DESC);
        CREATE UNIQUE INDEX accounts_email_idx ON accounts (email) WHERE closed_at IS NULL;
        CONSTRAINT members_team_id_account_id_key UNIQUE (team_id, account_id),
        CONSTRAINT orders_replaces_id_fkey FOREIGN KEY (replaces_id) REFERENCES orders (id)
        CONSTRAINT members_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id)
        CONSTRAINT teams_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES members (id) ON DELETE SET NULL
        CONSTRAINT orders_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    """,
    "mysql": """
        -- REVIEW: accounts, index accounts_email_idx: is left out: it is unique only where closed_at IS NULL, and MySQL has no partial indexes
        ALTER TABLE accounts RENAME COLUMN nick TO handle, RENAME COLUMN photo TO picture;
        -- DATA LOSS: drops accounts.fax and its values
        COMMENT='Who buys, and who sells.',
        DROP COLUMN fax,
        MODIFY COLUMN email varchar(320) NOT NULL COMMENT 'Where invoices and reminders go.',
        MODIFY COLUMN plan enum('FREE','TRIAL','PAID') NOT NULL DEFAULT 'FREE',
        MODIFY COLUMN visits bigint(20) NOT NULL DEFAULT 0,
        RENAME INDEX accounts_nick_key TO accounts_handle_key,
        ADD CONSTRAINT accounts_state_check CHECK (`state` in ('OPEN','CLOSED','BLOCKED')),
        ADD COLUMN session_length bigint(20) COMMENT 'How long a session lasts, in microseconds.',
        ADD COLUMN note longtext,
        ADD COLUMN score bigint(20),
        ADD COLUMN emails json NOT NULL DEFAULT '[]',
        ADD COLUMN settings json NOT NULL DEFAULT '{}';
        placed_at timestamp(6) NOT NULL DEFAULT current_timestamp(6),
        total decimal(10,2) NOT NULL,
        `lines` json NOT NULL,
        KEY orders_account_id_placed_at_idx (account_id, placed_at DESC),
        UNIQUE KEY members_team_id_account_id_key (team_id, account_id),
        CONSTRAINT orders_replaces_id_fkey FOREIGN KEY (replaces_id) REFERENCES orders (id)
        CONSTRAINT members_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id)
        ALTER TABLE teams ADD CONSTRAINT teams_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES members (id) ON DELETE SET NULL;
        ALTER TABLE orders ADD CONSTRAINT orders_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE;
    """,
}[DATABASE]

BAD_MODEL = """syntax = "proto3";

package shop;

import "brant/options.proto";

message User {
  option (brant.table) = {name: "users"};
  %s

  int64 id = 1 [(brant.column).primary_key = true];
  string name = 2;
  %s
}
"""

# What stands in the two places, and what is said of it.
REFUSED = [
    ("", 'int32 age = 3 [(brant.column).default = "1 +"];', "13: the database refuses field 'shop.User.age'"),
    ("", 'int32 age = 3 [(brant.column).default = "\'x"];', "13: the database refuses field 'shop.User.age'"),
    ("", 'int32 age = 3 [(brant.column).check = "agee > 0"];',
     "13: the database refuses the check of field 'shop.User.age'"),
    ('option (brant.check) = {expression: "name > nonsense"};', "",
     "9: the database refuses a check of message 'shop.User'"),
    ("", 'int32 age = 3 [(brant.column).generated = "agee + 1"];',
     "13: the database refuses field 'shop.User.age'"),
]
if DATABASE == "postgresql":
    REFUSED += [
        ('option (brant.index) = {columns: "doc"};', 'string doc = 3 [(brant.column).type = "json"];',
         "9: the database refuses an index of message 'shop.User'"),
        ("", 'int32 age = 3 [(brant.column).default = "\'x\'"];',
         "13: the database refuses field 'shop.User.age'"),
        ("", 'string age = 3 [(brant.column).type = "nonsense"];',
         "13: the database refuses field 'shop.User.age'"),
    ]


class ModelsWorkflowTest(harness.EndToEndTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.database = self.new_database(DATABASE)
        self.environment["DATABASE_URL"] = self.database.url
        self.write("brant.toml", 'models = "models"\n')
        os.mkdir(os.path.join(self.folder, "models"))

    def edit(self, model):
        """Makes the models those of a file of the test."""
        shutil.copy(os.path.join(MODELS, model), os.path.join(self.folder, "models", "shop.proto"))

    def autogenerate(self, message, *arguments):
        """Writes a revision; returns the texts of its upgrade and downgrade."""
        path = self.brant_ok("revision", "--autogenerate", "-m", message, *arguments).strip()
        with open(os.path.join(self.folder, path), encoding="utf-8") as file:
            upgrade, downgrade = file.read().split("-- brant:downgrade\n")
        return upgrade.split("-- brant:upgrade\n")[1], downgrade

    def assert_as_desired(self):
        result = self.brant("check")
        self.assertEqual(result.code, 0, result)
        self.assertIn("No new upgrade operations detected.", result.err)
        self.assertEqual(self.brant_ok("diff"), "")

    def assert_row(self, *columns):
        """Account 1 has the values that it was given, in these columns."""
        self.assertEqual(
            self.database.rows("SELECT %s, visits FROM accounts WHERE id = 1;" % ", ".join(columns)),
            [["ada@example.org", "ada.png", "ada", "OPEN", "7"]])

    def assert_refused(self, sql):
        with self.assertRaisesRegex(AssertionError, "(?i)constraint|duplicate|enum|truncated", msg=sql):
            self.database.execute(sql)

    def test_a_day(self):
        self.edit("shop_before.proto")
        self.autogenerate("First")
        self.brant_ok("upgrade", "head")
        self.assert_as_desired()
        self.database.execute(ROWS)
        first_schema = self.database.schema()

        self.edit("shop_after.proto")
        result = self.brant("check")
        self.assertEqual(result.code, 5, result)
        self.assertIn("+ table orders", result.out)
        # The model itself says that photo was renamed. Of nick nobody said it.
        self.assertIn("~ column accounts.photo: renamed to picture", result.out)
        result = self.brant("revision", "--autogenerate", "-m", "Second")
        self.assertEqual(result.code, 2, result)
        self.assertIn("accounts.nick=handle", result.err)
        self.assertNotIn("photo", result.err)
        self.assertEqual(len(os.listdir(self.migrations)), 1)

        upgrade, downgrade = self.autogenerate("Second", "--rename", "accounts.nick=handle",
                                               "--no-renames")
        lines = [line.strip() for line in upgrade.splitlines()]
        missing = [line.strip() for line in WRITTEN.strip().splitlines() if line.strip() not in lines]
        self.assertEqual(missing, [], upgrade)
        # Nothing else is lost on the way there; the way back says what it drops.
        self.assertEqual(upgrade.count("DATA LOSS"), 1, upgrade)
        self.assertIn("-- DATA LOSS: drops orders and its rows", downgrade)

        self.brant_ok("upgrade", "head")
        self.assert_as_desired()
        self.assert_row("email", "picture", "handle", "state")
        second_schema = self.database.schema()
        self.assert_what_the_models_promise()
        self.brant_ok("downgrade", "-1")
        self.assertEqual(normal(self.database.schema()), normal(first_schema))
        self.assert_row("email", "photo", "nick", "state")
        self.brant_ok("upgrade", "head")
        self.assertEqual(normal(self.database.schema()), normal(second_schema))
        self.assert_row("email", "picture", "handle", "state")
        self.assert_as_desired()

    def assert_what_the_models_promise(self):
        """The database takes what the models allow, and refuses what they don't."""
        account = ("INSERT INTO accounts (id, email, picture, handle, state, plan, closed_at) "
                   "VALUES (%d, 'x@example.org', '', '%s', '%s', '%s', %s);")
        self.database.execute(account % (2, "x", "BLOCKED", "TRIAL", "NULL"))
        self.assert_refused(account % (3, "y", "LOST", "FREE", "'2024-01-01 00:00:00'"))
        self.assert_refused(account % (3, "y", "OPEN", "GIFT", "'2024-01-01 00:00:00'"))
        self.database.execute(account % (3, "y", "OPEN", "FREE", "'2024-01-01 00:00:00'"))
        if DATABASE != "mysql":  # It has no partial indexes.
            self.assert_refused(account % (4, "z", "OPEN", "FREE", "NULL"))
        self.assertEqual(self.database.rows("SELECT emails, settings FROM accounts WHERE id = 2;"),
                         [["[]", "{}"]])
        self.database.execute("""
            INSERT INTO teams (id) VALUES (1);
            INSERT INTO members (id, team_id, account_id) VALUES (1, 1, 2);
            UPDATE teams SET lead_id = 1;
            INSERT INTO orders (id, account_id, total, %(lines)s) VALUES (1, 2, 9.99, '[]');
            INSERT INTO orders (id, account_id, replaces_id, total, %(lines)s)
            VALUES (2, 2, 1, 19.99, '["a"]');
        """ % {"lines": "`lines`" if DATABASE == "mysql" else "lines"})
        self.assert_refused("INSERT INTO members (id, team_id, account_id) VALUES (2, 1, 99);")
        self.assert_refused("INSERT INTO teams (id, lead_id) VALUES (2, 99);")
        # The way back has no place for these.
        self.database.execute("""
            UPDATE teams SET lead_id = NULL;
            DELETE FROM members;
            DELETE FROM orders WHERE id = 2;
            DELETE FROM accounts WHERE id > 1;
        """)
        self.assertEqual(self.database.rows("SELECT count(*) FROM orders;"), [["0"]])

    def test_the_example_of_the_document(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            document = file.read()
        self.write("models/shop.proto", re.search(r"(?s)```proto\n(.*?)```", document).group(1))
        if DATABASE == "postgresql":
            # It gets what the document says.
            self.database.execute(re.search(r"(?s)```sql\n(.*?)```", document).group(1))
        else:
            self.autogenerate("First")
            self.brant_ok("upgrade", "head")
        self.assert_as_desired()

    def test_what_the_database_refuses_is_named_in_the_models(self):
        for option, field, place in REFUSED:
            with self.subTest(option or field):
                self.write("models/shop.proto", BAD_MODEL % (option, field))
                result = self.brant("diff")
                self.assertNotEqual(result.code, 0, result)
                self.assertIn("error: shop.proto:" + place, result.err)
                self.assertIn("hint: mend it in the models", result.err)
                self.assertNotIn("the models as SQL", result.err)
        # Nothing is left of the scratch space.
        self.assertNotIn("users", self.database.schema())

    def test_schemas_of_models(self):
        """PostgreSQL's; elsewhere they are a part of the table's name."""
        self.write("models/shop.proto", BAD_MODEL.replace('name: "users"', 'schema: "app"') % ("", ""))
        result = self.brant("diff")
        if DATABASE == "postgresql":
            self.assertEqual(result.code, 2, result)
            self.assertIn("shop.proto:7: message 'shop.User' is a table of the schema 'app', which is "
                          "not compared", result.err)
            self.write("brant.toml", 'models = "models"\nschemas = ["public", "app"]\n')
        self.autogenerate("First")
        self.brant_ok("upgrade", "head")
        self.assert_as_desired()
        table = "app.user" if DATABASE == "postgresql" else "app_user"
        self.database.execute("INSERT INTO %s (id, name) VALUES (1, 'Ada');" % table)

    def test_what_the_database_refuses_of_a_command_is_named_in_its_output(self):
        result = self.brant("diff", "--schema-command", "echo; echo 'CREATE TABLE x (id INTEGER,);'")
        self.assertNotEqual(result.code, 0, result)
        self.assertIn("output of the schema command:2", result.err)
        self.assertIn("the SQL must make the whole schema from nothing", result.err)


def normal(schema):
    """A dump without what may differ between two that mean the same: quotes, the order of columns."""
    lines = [re.sub(r",$|[\"`]", "", line.strip()) for line in schema.splitlines()]
    return sorted(re.sub(r"\s+", " ", line) for line in lines if line)


if __name__ == "__main__":
    harness.main()
