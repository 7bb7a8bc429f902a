#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/fake_driver.h"
#include "agent/schema/models/models.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<Models> ReadFiles(const std::vector<SchemaDriver::Script>& files) {
  return ReadModels(files, FakeSchemaDriver(Dialect::kPostgresql));
}

absl::StatusOr<Models> Read(absl::string_view body) {
  return ReadFiles({{"shop.proto", absl::StrCat("syntax = \"proto3\";\n"
                                                "package shop;\n"
                                                "import \"brant/options.proto\";\n",
                                                body)}});
}

TEST(MistakesTest, MistakesAreNamedWithTheirPlace) {
  struct Case {
    absl::string_view body;
    absl::string_view error;
  };
  const std::vector<Case> cases = {
      // Protobuf's own.
      {"message T { strin x = 1; }", "shop.proto:4:13: \"strin\" is not defined."},
      {"message T { string x = 1 }", "shop.proto:4:26: Expected \";\"."},
      {"message T { /* ä\t*/ strin x = 1; }", "shop.proto:4:21: \"strin\" is not defined."},
      {"message T { option (brant.tabel) = {}; }", "Option \"(brant.tabel)\" unknown."},
      {"message T { string x = 1 [(brant.column) = {lenght: 3}]; }", "lenght"},
      {"import \"other.proto\";", "shop.proto:4:1: Import \"other.proto\" was not found"},
      // Fields.
      {"import \"google/protobuf/field_mask.proto\";\nmessage T { option (brant.table) = {};\n"
       "  google.protobuf.FieldMask x = 1; }",
       "shop.proto:6:3: field 'shop.T.x' is a google.protobuf.FieldMask, which no column holds"},
      {"import \"google/protobuf/any.proto\";\nmessage T { option (brant.table) = {}; "
       "google.protobuf.Any x = 1; }",
       "store it as bytes"},
      {"message T { option (brant.table) = {}; int32 x = 1 [(brant.column).length = 5]; }",
       "'length' of field 'shop.T.x' is for strings, and its column is integer"},
      {"message T { option (brant.table) = {}; string x = 1 [(brant.column).length = -1]; }",
       "field 'shop.T.x' has the length -1\n  hint: a string has a length from 1"},
      {"message T { option (brant.table) = {}; "
       "string x = 1 [(brant.column) = {length: 3, precision: 5}]; }",
       "field 'shop.T.x' has both 'length' and 'precision'"},
      {"message T { option (brant.table) = {}; bool x = 1 [(brant.column).precision = 5]; }",
       "'precision' of field 'shop.T.x' is for numbers and times"},
      {"message T { option (brant.table) = {}; int32 x = 1 [(brant.column).array = true]; }",
       "is not repeated"},
      {"message T { option (brant.table) = {}; "
       "string x = 1 [(brant.column) = {type: \"text\", length: 3}]; }",
       "has both 'type' and a length"},
      {"message T { option (brant.table) = {}; "
       "string x = 1 [(brant.column).identity = IDENTITY_KIND_ALWAYS]; }",
       "has 'identity', and its column is text"},
      {"message T { option (brant.table) = {}; "
       "int32 x = 1 [(brant.column) = {identity: IDENTITY_KIND_ALWAYS, default: \"1\"}]; }",
       "has more than one of"},
      {"message T { option (brant.table) = {}; "
       "int32 x = 1 [(brant.column) = {primary_key: true, nullable: true}]; }",
       "is nullable, which a primary key"},
      {"message T { option (brant.table) = {}; int32 x = 1 [(brant.column).native = true]; }",
       "is no enum"},
      {"message T { option (brant.table) = {}; "
       "int32 x = 1 [(brant.column).on_delete = REFERENTIAL_ACTION_CASCADE]; }",
       "without 'references'"},
      // Tables.
      {"message T { option (brant.table) = {}; }", "is a table without columns"},
      {"message T { option (brant.index) = {columns: \"x\"}; string x = 1; }",
       "has an index or a constraint, and is no table"},
      {"message T { option (brant.table) = {}; int32 x = 1; }\n"
       "message U { option (brant.table) = {name: \"t\"}; int32 x = 1; }",
       "shop.proto:5:1: message 'shop.U' is the table 't', and so is another one"},
      // What refers to the one that has another name does not hide it.
      {"message T { option (brant.table) = {}; int32 x = 1 [(brant.column).references = \"u.x\"]; "
       "}\n"
       "message U { option (brant.table) = {name: \"t\"}; int32 x = 1; }",
       "shop.proto:5:1: message 'shop.U' is the table 't', and so is another one"},
      {"message T { option (brant.table) = {}; int32 x = 1; "
       "int32 y = 2 [(brant.column).name = \"x\"]; }",
       "is the column 'x', and so is another one"},
      {"message T { option (brant.table) = {primary_key: \"id\"}; int32 x = 1; }",
       "names a column 'id' that there is not\n  hint: the columns are x"},
      {"message T { option (brant.table) = {primary_key: \"x\"}; int32 x = 1; "
       "int32 y = 2 [(brant.column).primary_key = true]; }",
       "leaves it out"},
      {"message T { option (brant.table) = {}; option (brant.check) = {}; int32 x = 1; }",
       "has no expression"},
      {"message T { option (brant.table) = {}; option (brant.index) = {}; int32 x = 1; }",
       "has neither columns nor expressions"},
      {"message T { option (brant.table) = {}; option (brant.index) = {columns: \"x a b\"}; "
       "int32 x = 1; }",
       "has a key that can't be read: 'x a b'"},
      {"message T { option (brant.table) = {}; option (brant.index) = {name: \"i\" columns: \"x\"};"
       " option (brant.unique) = {name: \"i\" columns: \"x\"}; int32 x = 1; }",
       "the name 'i' of an index is in use already"},
      // References.
      {"message T { option (brant.table) = {}; int32 x = 1 [(brant.column).references = \"u\"]; }",
       "refers to 'u': no message is the table 'u'"},
      {"message T { option (brant.table) = {}; "
       "int32 x = 1 [(brant.column).references = \"t.id\"]; }",
       "refers to 't.id': the table 't' has no column 'id'"},
      {"message T { option (brant.table) = {}; int32 x = 1 [(brant.column).references = \"t\"]; }",
       "the table 't' has no primary key of one column\n  hint: references names a table"},
      {"message T { option (brant.table) = {primary_key: [\"x\", \"y\"]}; int32 x = 1; "
       "int32 y = 2 [(brant.column).references = \"t\"]; }",
       "has no primary key of one column\n  hint: a key of several columns is referred to by an "
       "option of the message: option (brant.foreign_key) = {columns: […], table: \"…\"};"},
      {"message T { option (brant.table) = {}; int64 x = 1 [(brant.column).primary_key = true]; "
       "int32 y = 2 [(brant.column).references = \"t\"]; }",
       "field 'shop.T.y' is integer, and the column that it refers to, t.x, is bigint"},
      {"message T { option (brant.table) = {}; "
       "T x = 1 [(brant.column) = {name: \"x\", references: \"t.x\"}]; }",
       "the two refer to each other"},
      {"message T { option (brant.table) = {}; option (brant.foreign_key) = "
       "{columns: [\"x\", \"y\"], table: \"t\", referenced_columns: \"x\"}; "
       "int32 x = 1; int32 y = 2; }",
       "has 2 columns and refers to 1"},
      // Enums.
      {"message T { option (brant.table) = {}; E x = 1; }\nenum E { E_UNSPECIFIED = 0; }",
       "shop.proto:5:1: enum 'shop.E' has no value that a column could hold"},
      {"message T { option (brant.table) = {}; E x = 1; }\nenum E { E_A = 0; E_B = 1 "
       "[(brant.enum_label).label = \"A\"]; }",
       "enum 'shop.E' has two values with the label 'A'"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.body);
    const absl::StatusOr<Models> models = Read(test.body);
    EXPECT_THAT(DescribeError(models.status()), HasSubstr(std::string(test.error)));
    EXPECT_EQ(ReasonOf(models.status()), v1::ERROR_REASON_INVALID_FILE);
  }
}

TEST(MistakesTest, SaysHowManyMoreMistakesThereAre) {
  EXPECT_THAT(DescribeError(Read("message T { strin x = 1;\n  strong y = 2; }").status()),
              HasSubstr("\"strin\" is not defined. (and 1 more error in the models)"));
  EXPECT_THAT(DescribeError(Read("message T { option (brant.table) = {}; }\n"
                                 "message U { option (brant.table) = {}; }\n"
                                 "message V { option (brant.table) = {}; }")
                                .status()),
              HasSubstr("is a table without columns (and 2 more errors in the models)"));
}

TEST(MistakesTest, AMistakeInAnImportedFileIsReportedOnceAndThere) {
  const absl::StatusOr<Models> models =
      ReadFiles({{"a.proto", "syntax = \"proto3\"; import \"b.proto\"; message A { B b = 1; }"},
                 {"b.proto", "syntax = \"proto3\";\nmessage B { strin x = 1; }"}});
  EXPECT_EQ(models.status().message(), "\"strin\" is not defined.");
  EXPECT_THAT(DescribeError(models.status()), HasSubstr("b.proto:2:13"));
}

TEST(MistakesTest, FilesThatImportEachOtherAreAnError) {
  const absl::StatusOr<Models> models =
      ReadFiles({{"a.proto", "syntax = \"proto3\";\nimport \"b.proto\";"},
                 {"b.proto", "syntax = \"proto3\";\nimport \"a.proto\";"}});
  EXPECT_THAT(DescribeError(models.status()), HasSubstr("File recursively imports itself"));
  EXPECT_EQ(ReasonOf(models.status()), v1::ERROR_REASON_INVALID_FILE);
}

}  // namespace
}  // namespace brant
