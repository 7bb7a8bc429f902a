#include "agent/schema/models/models.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/schema/fake_driver.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const FakeSchemaDriver& Postgresql() {
  static const auto* const kDriver = new FakeSchemaDriver(Dialect::kPostgresql);
  return *kDriver;
}

constexpr absl::string_view kHead = R"(syntax = "proto3";
package shop;
import "brant/options.proto";
)";

absl::StatusOr<Models> Read(absl::string_view body) {
  return ReadModels({{"shop.proto", absl::StrCat(kHead, body)}}, Postgresql());
}

// A table in one text, to compare it with: a line for each thing.
std::string Describe(const Table& table) {
  std::string text = absl::StrCat("table ", Describe(table.name), "\n");
  for (const Column& column : table.columns) {
    absl::StrAppend(&text, "  ", column.name, " ", column.type.native,
                    column.nullable ? "" : " NOT NULL");
    if (column.default_value.has_value())
      absl::StrAppend(&text, " DEFAULT ", *column.default_value);
    if (column.identity == Identity::kByDefault) absl::StrAppend(&text, " IDENTITY");
    if (column.identity == Identity::kAlways) absl::StrAppend(&text, " IDENTITY ALWAYS");
    if (!column.generated.empty()) {
      absl::StrAppend(&text, " AS (", column.generated, ")",
                      column.generated_stored ? " STORED" : "");
    }
    if (!column.collation.empty()) absl::StrAppend(&text, " COLLATE ", column.collation);
    if (!column.comment.empty()) absl::StrAppend(&text, " -- ", column.comment);
    absl::StrAppend(&text, "\n");
  }
  if (table.primary_key.has_value()) {
    absl::StrAppend(&text, "  ", table.primary_key->name, ": PRIMARY KEY ",
                    absl::StrJoin(table.primary_key->columns, ","), "\n");
  }
  for (const UniqueConstraint& unique : table.uniques) {
    absl::StrAppend(&text, "  ", unique.name, ": UNIQUE ", absl::StrJoin(unique.columns, ","),
                    "\n");
  }
  for (const CheckConstraint& check : table.checks) {
    absl::StrAppend(&text, "  ", check.name, ": CHECK ", check.expression, "\n");
  }
  for (const ForeignKey& key : table.foreign_keys) {
    absl::StrAppend(&text, "  ", key.name, ": FOREIGN KEY ", absl::StrJoin(key.columns, ","),
                    " -> ", Describe(key.referenced_table), "(",
                    absl::StrJoin(key.referenced_columns, ","), ")",
                    key.on_delete.empty() ? "" : absl::StrCat(" ON DELETE ", key.on_delete),
                    key.on_update.empty() ? "" : absl::StrCat(" ON UPDATE ", key.on_update), "\n");
  }
  for (const Index& index : table.indexes) {
    absl::StrAppend(
        &text, "  ", index.name, ": ", index.unique ? "UNIQUE " : "", "INDEX ",
        absl::StrJoin(index.parts, ",",
                      [](std::string* out, const IndexPart& part) {
                        absl::StrAppend(out, part.column, part.expression,
                                        part.operator_class.empty() ? "" : " ", part.operator_class,
                                        part.descending ? " DESC" : "");
                        if (part.nulls_first.has_value()) {
                          absl::StrAppend(out, *part.nulls_first ? " FIRST" : " LAST");
                        }
                      }),
        index.method.empty() ? "" : absl::StrCat(" USING ", index.method),
        index.included.empty() ? "" : absl::StrCat(" INCLUDE ", absl::StrJoin(index.included, ",")),
        index.predicate.empty() ? "" : absl::StrCat(" WHERE ", index.predicate), "\n");
  }
  return text;
}

std::string Describe(const absl::StatusOr<Models>& models) {
  if (!models.ok()) return DescribeError(models.status());
  std::string text;
  for (const Table& table : models->catalog.tables) text += Describe(table);
  for (const EnumType& type : models->catalog.enums) {
    absl::StrAppend(&text, "enum ", Describe(type.name), " ", absl::StrJoin(type.labels, ","),
                    "\n");
  }
  return text;
}

TEST(ModelsTest, TypesOfFields) {
  struct Case {
    absl::string_view field;
    absl::string_view column;
  };
  const std::vector<Case> cases = {
      {"int32 x = 1;", "x integer NOT NULL"},
      {"sint32 x = 1;", "x integer NOT NULL"},
      {"sfixed32 x = 1;", "x integer NOT NULL"},
      {"int64 x = 1;", "x bigint NOT NULL"},
      {"sint64 x = 1;", "x bigint NOT NULL"},
      {"uint32 x = 1;", "x bigint NOT NULL"},
      {"fixed32 x = 1;", "x bigint NOT NULL"},
      {"uint64 x = 1;", "x numeric(20,0) NOT NULL"},
      {"fixed64 x = 1;", "x numeric(20,0) NOT NULL"},
      {"bool x = 1;", "x boolean NOT NULL"},
      {"float x = 1;", "x real NOT NULL"},
      {"double x = 1;", "x double precision NOT NULL"},
      {"string x = 1;", "x text NOT NULL"},
      {"bytes x = 1;", "x bytea NOT NULL"},
      {"optional string x = 1;", "x text"},
      {"string x = 1 [(brant.column) = {nullable: true}];", "x text"},
      {"optional string x = 1 [(brant.column) = {nullable: false}];", "x text NOT NULL"},
      {"string x = 1 [(brant.column).length = 200];", "x character varying(200) NOT NULL"},
      {"string x = 1 [(brant.column) = {precision: 10, scale: 2}];", "x numeric(10,2) NOT NULL"},
      {"int64 x = 1 [(brant.column).precision = 12];", "x numeric(12,0) NOT NULL"},
      {"string x = 1 [(brant.column).type = \"uuid\"];", "x uuid NOT NULL"},
      {"string x = 1 [(brant.column).name = \"y\"];", "y text NOT NULL"},
      {"google.protobuf.Timestamp x = 1;", "x timestamp with time zone"},
      {"google.protobuf.Timestamp x = 1 [(brant.column) = {precision: 3, nullable: false}];",
       "x timestamp(3) with time zone NOT NULL"},
      {"google.protobuf.Duration x = 1;", "x bigint"},
      {"google.protobuf.Struct x = 1;", "x jsonb"},
      {"google.protobuf.Value x = 1;", "x jsonb"},
      {"google.protobuf.ListValue x = 1;", "x jsonb"},
      {"google.protobuf.BoolValue x = 1;", "x boolean"},
      {"google.protobuf.Int32Value x = 1;", "x integer"},
      {"google.protobuf.Int64Value x = 1;", "x bigint"},
      {"google.protobuf.UInt32Value x = 1;", "x bigint"},
      {"google.protobuf.UInt64Value x = 1;", "x numeric(20,0)"},
      {"google.protobuf.FloatValue x = 1;", "x real"},
      {"google.protobuf.DoubleValue x = 1;", "x double precision"},
      {"google.protobuf.StringValue x = 1 [(brant.column).length = 5];", "x character varying(5)"},
      {"google.protobuf.BytesValue x = 1;", "x bytea"},
      {"Address x = 1;", "x jsonb"},
      {"repeated string x = 1;", "x jsonb NOT NULL"},
      {"repeated Address x = 1;", "x jsonb NOT NULL"},
      {"map<string, int32> x = 1;", "x jsonb NOT NULL"},
      {"repeated string x = 1 [(brant.column).array = true];", "x text[] NOT NULL"},
      {"repeated int64 x = 1 [(brant.column).array = true];", "x bigint[] NOT NULL"},
      {"string x = 1 [(brant.column).default = \"'new'\"];", "x text NOT NULL DEFAULT 'new'"},
      {"int64 x = 1 [(brant.column).identity = IDENTITY_KIND_BY_DEFAULT];",
       "x bigint NOT NULL IDENTITY"},
      {"optional int64 x = 1 [(brant.column).identity = IDENTITY_KIND_ALWAYS];",
       "x bigint NOT NULL IDENTITY ALWAYS"},
      {"string x = 1 [(brant.column).generated = \"lower('A')\"];",
       "x text NOT NULL AS (lower('A')) STORED"},
      {"string x = 1 [(brant.column) = {generated: \"lower('A')\", stored: false}];",
       "x text NOT NULL AS (lower('A'))"},
      {"string x = 1 [(brant.column) = {collation: \"C\", comment: \"why\"}];",
       "x text NOT NULL COLLATE C -- why"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.field);
    const absl::StatusOr<Models> models =
        Read(absl::StrCat("import \"google/protobuf/timestamp.proto\";\n"
                          "import \"google/protobuf/duration.proto\";\n"
                          "import \"google/protobuf/struct.proto\";\n"
                          "import \"google/protobuf/wrappers.proto\";\n"
                          "message Address { string street = 1; }\n"
                          "message T { option (brant.table) = {}; ",
                          test.field, " }"));
    EXPECT_EQ(Describe(models), absl::StrCat("table t\n  ", test.column, "\n"));
  }
}

TEST(ModelsTest, TypesOfGoogleTypeAreKnownByTheirNames) {
  const std::vector<SchemaDriver::Script> files = {
      {"google/type/date.proto",
       "syntax = \"proto3\"; package google.type; message Date { int32 year = 1; }"},
      {"google/type/timeofday.proto",
       "syntax = \"proto3\"; package google.type; message TimeOfDay { int32 hours = 1; }"},
      {"a.proto",
       "syntax = \"proto3\"; import \"brant/options.proto\"; import \"google/type/date.proto\"; "
       "import \"google/type/timeofday.proto\"; message Shift { option (brant.table) = {}; "
       "google.type.Date day = 1; google.type.TimeOfDay start = 2; }"}};
  EXPECT_EQ(Describe(ReadModels(files, Postgresql())),
            "table shift\n  day date\n  start time without time zone\n");
}

// One file with everything; docs/models.md shows its like.
TEST(ModelsTest, Golden) {
  const absl::StatusOr<Models> models = Read(R"x(
import "google/protobuf/timestamp.proto";

// Those who buy.
message User {
  option (brant.table) = {name: "users", renamed_from: "accounts", comments: true};
  option (brant.index) = {columns: ["created_at desc", "id"], where: "email IS NOT NULL"};
  option (brant.index) = {expressions: "lower(email)", unique: true};
  option (brant.index) = {
    name: "users_search", columns: "labels jsonb_path_ops", method: "GIN"
  };
  option (brant.unique) = {columns: ["team_key", "email"]};
  option (brant.check) = {expression: "age < 200 OR email IS NULL"};

  int64 id = 1 [(brant.column) = {primary_key: true, identity: IDENTITY_KIND_BY_DEFAULT}];
  // Where to write to.
  //   In lower case.
  optional string email = 2 [(brant.column) = {length: 320, unique: true, renamed_from: "mail"}];
  int32 age = 3 [(brant.column) = {check: "age >= 0", default: "0"}];
  Team team = 4 [(brant.column) = {
    references: "team", on_delete: REFERENTIAL_ACTION_SET_NULL, on_update: REFERENTIAL_ACTION_CASCADE
  }];
  UserState state = 5 [(brant.column).check = "state <> 'GONE' OR age > 0"];
  UserState was = 6 [(brant.column).as_integer = true];
  map<string, string> labels = 7;
  google.protobuf.Timestamp created_at = 8 [(brant.column) = {nullable: false, default: "now()"}];
  string password = 9 [(brant.column).ignore = true];
  oneof order {
    option (brant.oneof_rule) = ONEOF_RULE_AT_MOST_ONE;
    string group = 10;
    int32 seat = 11;
  }

  message Note {
    option (brant.table) = {name: "notes", primary_key: ["user_id", "no"]};
    option (brant.foreign_key) = {columns: "user_id", table: "users"};
    int32 no = 1;
    int64 user_id = 2;
    Plan plan = 3;
  }
}

enum UserState {
  USER_STATE_UNSPECIFIED = 0;
  USER_STATE_ACTIVE = 1;
  GONE = 2;
  USER_STATE_OLD = 3 [(brant.enum_label).ignore = true];
}

enum Plan {
  option allow_alias = true;
  option (brant.enum_type).native = true;
  PLAN_FREE = 0 [(brant.enum_label).label = "for nothing"];
  PLAN_PAID = 1;
  PLAN_PRO = 1;
}

message Team {
  option (brant.table) = {};
  string key = 1 [(brant.column) = {primary_key: true, length: 8}];
}
)x");
  EXPECT_EQ(Describe(models), R"(table notes
  no integer NOT NULL
  user_id bigint NOT NULL
  plan plan NOT NULL
  notes_pkey: PRIMARY KEY user_id,no
  notes_user_id_fkey: FOREIGN KEY user_id -> users(id)
table team
  key character varying(8) NOT NULL
  team_pkey: PRIMARY KEY key
table users
  id bigint NOT NULL IDENTITY
  email character varying(320) -- Where to write to.
In lower case.
  age integer NOT NULL DEFAULT 0
  team_key character varying(8)
  state text NOT NULL
  was integer NOT NULL
  labels jsonb NOT NULL
  created_at timestamp with time zone NOT NULL DEFAULT now()
  group text
  seat integer
  users_pkey: PRIMARY KEY id
  users_email_key: UNIQUE email
  users_team_key_email_key: UNIQUE team_key,email
  users_age_check: CHECK age >= 0
  users_check: CHECK age < 200 OR email IS NULL
  users_order_check: CHECK CASE WHEN "group" IS NULL THEN 0 ELSE 1 END + CASE WHEN seat IS NULL THEN 0 ELSE 1 END <= 1
  users_state_check: CHECK state IN ('ACTIVE', 'GONE')
  users_state_check1: CHECK state <> 'GONE' OR age > 0
  users_was_check: CHECK was IN (1, 2)
  users_team_key_fkey: FOREIGN KEY team_key -> team(key) ON DELETE SET NULL ON UPDATE CASCADE
  users_created_at_id_idx: INDEX created_at DESC,id WHERE email IS NOT NULL
  users_lower_idx: UNIQUE INDEX lower(email)
  users_search: INDEX labels jsonb_path_ops USING gin
enum plan for nothing,PAID
)");
  ASSERT_TRUE(models.ok());
  EXPECT_EQ(FindTable(models->catalog, {"", "users"})->comment, "Those who buy.");
  EXPECT_THAT(models->renames, ElementsAre(Rename{{"", "accounts"}, "", "users"},
                                           Rename{{"", "accounts"}, "mail", "email"}));
}

TEST(ModelsTest, RenamesAreDoneOnce) {
  const std::vector<Rename> hints = {{{"", "accounts"}, "", "users"},
                                     {{"", "accounts"}, "mail", "email"}};
  auto database = [](const std::string& table, const std::string& column) {
    Catalog catalog;
    catalog.tables.push_back({.name = {"", table}, .columns = {{.name = column}}});
    return catalog;
  };
  EXPECT_EQ(PendingRenames(hints, database("accounts", "mail")), hints);
  EXPECT_THAT(PendingRenames(hints, database("users", "mail")),
              ElementsAre(Rename{{"", "users"}, "mail", "email"}));
  EXPECT_THAT(PendingRenames(hints, database("users", "email")), IsEmpty());
  EXPECT_THAT(PendingRenames(hints, Catalog()), IsEmpty());
}

TEST(ModelsTest, ReferencesToReferencesHaveTheirType) {
  EXPECT_EQ(Describe(Read(R"(
message Pin {
  option (brant.table) = {schema: "geo"};
  Profile profile = 1 [(brant.column) = {references: "profile", nullable: false}];
}
message Profile {
  option (brant.table) = {schema: "geo"};
  User user = 1 [(brant.column) = {primary_key: true, references: "user.id"}];
}
message User {
  option (brant.table) = {};
  string id = 1 [(brant.column) = {primary_key: true, type: "uuid"}];
  User boss = 2 [(brant.column) = {name: "boss", references: "user"}];
}
)")),
            R"(table user
  id uuid NOT NULL
  boss uuid
  user_pkey: PRIMARY KEY id
  user_boss_fkey: FOREIGN KEY boss -> user(id)
table geo.pin
  profile_user_id uuid NOT NULL
  pin_profile_user_id_fkey: FOREIGN KEY profile_user_id -> geo.profile(user_id)
table geo.profile
  user_id uuid NOT NULL
  profile_pkey: PRIMARY KEY user_id
  profile_user_id_fkey: FOREIGN KEY user_id -> user(id)
)");
}

TEST(ModelsTest, KeysOfIndexes) {
  EXPECT_EQ(Describe(Read(R"(
message T {
  option (brant.table) = {};
  option (brant.index) = {columns: ["a asc", "b DESC NULLS LAST"], include: "c"};
  option (brant.index) = {columns: ["a nulls first", "b desc nulls first"]};
  option (brant.index) = {columns: "a text_pattern_ops", expressions: "a || c", method: "btree"};
  string a = 1;
  string b = 2;
  string c = 3;
}
)")),
            R"(table t
  a text NOT NULL
  b text NOT NULL
  c text NOT NULL
  t_a_b_idx: INDEX a,b DESC LAST INCLUDE c
  t_a_b_idx1: INDEX a FIRST,b DESC
  t_a_expr_idx: INDEX a text_pattern_ops,a || c
)");
}

TEST(ModelsTest, OldSyntaxHasRequiredFields) {
  EXPECT_EQ(Describe(ReadModels({{"a.proto",
                                  "syntax = \"proto2\"; import \"brant/options.proto\"; message A "
                                  "{ option (brant.table) = {}; required int32 x = 1; "
                                  "optional int32 y = 2; }"}},
                                Postgresql())),
            "table a\n  x integer NOT NULL\n  y integer\n");
}

TEST(ModelsTest, ACopyOfTheOptionsIsNotNeededAndDoesNoHarm) {
  const absl::StatusOr<Models> models =
      ReadModels({{"brant/options.proto", "syntax = \"proto3\"; package brant; // an old one"},
                  {"a.proto",
                   "syntax = \"proto3\"; import \"brant/options.proto\";\n"
                   "message A { option (brant.table) = {}; int32 x = 1; }"}},
                 Postgresql());
  EXPECT_EQ(Describe(models), "table a\n  x integer NOT NULL\n");
}

TEST(ModelsTest, MessagesWithoutOptionsAreNoTables) {
  EXPECT_EQ(Describe(Read("message T { int32 x = 1; }")), "");
}

}  // namespace
}  // namespace brant
