#include "client/ui/table.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(TableTest, ColumnsLineUp) {
  Table table;
  table.Add({"ID", "TARGET", "STATE"});
  table.Add({"1", "größe", "done"});
  table.Add({"22", "h", "failed"});
  EXPECT_EQ(table.Format(),
            "ID  TARGET  STATE\n"
            "1   größe   done\n"
            "22  h       failed\n");
}

TEST(TableTest, ControlCharactersAreVisible) {
  Table table;
  table.Add({"\x1b[2J", "x"});
  EXPECT_EQ(table.Format(), "\\x1b[2J  x\n");
}

TEST(TableTest, FurtherLinesOfTheLastCellBeginBelowItsFirst) {
  Table table;
  table.Add({"Run:", "1"});
  table.Add({"Error:", "failed\n  hint: mend it"});
  EXPECT_EQ(table.Format(),
            "Run:    1\n"
            "Error:  failed\n"
            "          hint: mend it\n");
}

TEST(TableTest, EmptyIsEmpty) { EXPECT_EQ(Table().Format(), ""); }

}  // namespace
}  // namespace brant
