#include "agent/schema/models/model_places.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/schema/fake_driver.h"
#include "agent/schema/models/models.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kModels = R"(syntax = "proto3";
package shop;
import "brant/options.proto";

message User {
  option (brant.table) = {name: "users"};
  option (brant.index) = {columns: "name"};
  option (brant.unique) = {columns: ["name", "age"]};
  option (brant.index) = {
    columns: "age"
    where: "age > 3"
  };
  option (brant.check) = {expression: "age < 200"};
  option (brant.foreign_key) = {columns: "best", table: "users"};

  int64 id = 1 [(brant.column).primary_key = true];
  string name = 2 [(brant.column) = {unique: true}];
  int32 age = 3 [(brant.column) = {check: "age >= 0"}];
  int64 best = 4;
  User boss = 5 [(brant.column).references = "users.id"];
  Plan plan = 6 [(brant.column).native = true];
  oneof login {
    option (brant.oneof_rule) = ONEOF_RULE_EXACTLY_ONE;
    string password = 7;
    string key = 8;
  }

  message Note {
    option (brant.table) = {schema: "texts"};
    option (brant.index) = {columns: "text"};

    string text = 1;
  }
}

enum Plan {
  PLAN_UNSPECIFIED = 0;
  PLAN_FREE = 1;
}
)";

// As a database has it, but for the parts that say nothing of where they come from.
constexpr absl::string_view kSql = R"(CREATE TYPE plan AS ENUM ('FREE');
CREATE TABLE users (
  id bigint NOT NULL,
  "name" text NOT NULL,
  age integer NOT NULL DEFAULT
  (1 + nonsense),
  best bigint NOT NULL,
  boss_id bigint,
  plan plan NOT NULL,
  password text,
  `key` text,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  UNIQUE KEY users_name_key (name),
  CONSTRAINT users_name_age_key UNIQUE (name, age),
  CONSTRAINT users_age_check CHECK (age >= 0
    AND id > 0),
  CONSTRAINT users_login_check CHECK (password IS NULL),
  CONSTRAINT users_check CHECK (age < 200),
  CONSTRAINT users_best_fkey FOREIGN KEY (best) REFERENCES users (id)
);
CREATE INDEX users_name_idx ON users (name);
-- REVIEW: look
CREATE INDEX users_age_idx ON users (age) WHERE age > 3;
CREATE TABLE texts_note (
  text longtext
);
ALTER TABLE users ADD CONSTRAINT users_boss_id_fkey FOREIGN KEY (boss_id) REFERENCES users (id);
COMMENT ON COLUMN users.age IS 'its';
CREATE INDEX note_text_idx ON texts.note (text);
SELECT 1;
)";

const ModelPlaces& Places() {
  static const auto* const kPlaces = new ModelPlaces(
      ReadModels({{"shop.proto", std::string(kModels)}}, FakeSchemaDriver(Dialect::kPostgresql))
          ->places);
  return *kPlaces;
}

absl::Status Refused(int line, absl::string_view message = "no") {
  return Error(v1::ERROR_REASON_STATEMENT_FAILED, "the desired schema can't be evaluated: no")
      .At("the models as SQL", line, 5)
      .Statement("CREATE")
      .Database("42601", message)
      .Hint("mend the SQL");
}

// The line of kSql that begins so.
int LineOf(absl::string_view begin) {
  int number = 1;
  for (absl::string_view line : absl::StrSplit(kSql, '\n')) {
    if (absl::StartsWith(line, begin)) return number;
    ++number;
  }
  return 0;
}

TEST(ModelPlacesTest, ALineOfTheSqlIsWhatItIsAbout) {
  struct Case {
    absl::string_view sql;
    absl::string_view place;
  };
  const std::vector<Case> cases = {
      {"CREATE TYPE plan", "shop.proto:36: the database refuses enum 'shop.Plan': no"},
      {"CREATE TABLE users", "shop.proto:5: the database refuses message 'shop.User': no"},
      {"  id", "shop.proto:16: the database refuses field 'shop.User.id': no"},
      {"  \"name\"", "shop.proto:17: the database refuses field 'shop.User.name': no"},
      {"  age", "shop.proto:18: the database refuses field 'shop.User.age': no"},
      {"  boss_id", "shop.proto:20: the database refuses field 'shop.User.boss': no"},
      {"  `key`", "shop.proto:25: the database refuses field 'shop.User.key': no"},
      {"  CONSTRAINT users_pkey", "shop.proto:5: the database refuses the primary key of message"},
      {"  UNIQUE KEY", "shop.proto:17: the database refuses the unique constraint of field"},
      {"  CONSTRAINT users_name_age",
       "shop.proto:8: the database refuses a unique constraint of message 'shop.User': no"},
      {"  CONSTRAINT users_age", "shop.proto:18: the database refuses the check of field"},
      // In the middle of it.
      {"    AND id > 0", "shop.proto:18: the database refuses the check of field 'shop.User.age'"},
      {"  CONSTRAINT users_login", "shop.proto:22: the database refuses the check of oneof"},
      {"  CONSTRAINT users_check", "shop.proto:13: the database refuses a check of message"},
      {"  CONSTRAINT users_best", "shop.proto:14: the database refuses a foreign key of message"},
      {"CREATE INDEX users_name", "shop.proto:7: the database refuses an index of message"},
      {"CREATE INDEX users_age", "shop.proto:9: the database refuses an index of message"},
      {"ALTER TABLE", "shop.proto:20: the database refuses the foreign key of field"},
      {"COMMENT", "shop.proto:18: the database refuses field 'shop.User.age'"},
      // The table of another schema, with and without schemas.
      {"CREATE TABLE texts", "shop.proto:28: the database refuses message 'shop.User.Note': no"},
      {"  text", "shop.proto:32: the database refuses field 'shop.User.Note.text': no"},
      {"CREATE INDEX note", "shop.proto:30: the database refuses an index of message"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.sql);
    const int line = LineOf(test.sql);
    ASSERT_GT(line, 0);
    const absl::Status status = Places().Explain(Refused(line), kSql);
    EXPECT_THAT(DescribeError(status), StartsWith(std::string(test.place)));
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED);
    EXPECT_EQ(ErrorDetail(status, "statement"), "CREATE");
    EXPECT_EQ(ErrorDetail(status, "database_code"), "42601");
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("mend it in the models"));
  }
}

TEST(ModelPlacesTest, AStatementWithoutAPlaceHasOneByTheNamesInTheMessage) {
  const int line = LineOf("CREATE TABLE users");
  struct Case {
    absl::string_view message;
    absl::string_view place;
  };
  const std::vector<Case> cases = {
      {"default value of column [age] is not constant", "shop.proto:18: "},
      {"Invalid default value for 'best'", "shop.proto:19: "},
      {"column \"boss_id\" is of type bigint", "shop.proto:20: "},
      {"foreign key constraint \"users_best_fkey\" cannot be implemented", "shop.proto:14: "},
      {"cannot be used in the CHECK clause of `users_check`", "shop.proto:13: "},
      // Names that the models say and nobody has.
      {"Unknown column 'nonsense' in 'CHECK'", "shop.proto:18: "},
      {"Can't create table `scratch`.`users` (errno: 150 \"Foreign key constraint\")",
       "shop.proto:5: "},
      // Words that are no names.
      {"the key is bad, and the name too", "shop.proto:5: "},
      {"near 'plan b'", "shop.proto:5: "},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.message);
    const std::string text = DescribeError(Places().Explain(Refused(line, test.message), kSql));
    EXPECT_THAT(text, StartsWith(std::string(test.place)));
    EXPECT_THAT(text, HasSubstr(std::string(test.message)));
  }
}

TEST(ModelPlacesTest, WhatIsFoundNowhereStaysAsItIs) {
  const absl::Status lost = Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "gone");
  EXPECT_EQ(Places().Explain(lost, kSql), lost);
  for (const absl::Status& status :
       {Places().Explain(Refused(1000), kSql), ModelPlaces().Explain(Refused(3), kSql)}) {
    EXPECT_THAT(DescribeError(status), StartsWith("the models as SQL:"));
  }
}

}  // namespace
}  // namespace brant
