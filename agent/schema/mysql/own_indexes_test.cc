#include "agent/schema/mysql/own_indexes.h"

#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

Index MakeIndex(const std::string& name, const std::vector<std::string>& columns) {
  Index index;
  index.name = name;
  for (const std::string& column : columns) {
    IndexPart part;
    part.column = column;
    index.parts.push_back(part);
  }
  return index;
}

ForeignKey MakeKey(const std::string& name, const std::vector<std::string>& columns) {
  ForeignKey key;
  key.name = name;
  key.columns = columns;
  return key;
}

// Whatever goes out can be said again.
void ExpectRemoved(Table table, const std::vector<std::string>& names) {
  const Table before = table;
  RemoveOwnIndexes(table);
  std::vector<std::string> removed;
  for (const Index& index : OwnIndexes(table)) removed.push_back(index.name);
  EXPECT_EQ(removed, names);
  EXPECT_EQ(table.indexes.size() + removed.size(), before.indexes.size());
}

TEST(OwnIndexesTest, AnIndexThatOnlyTheKeyNeedsIsTheServers) {
  Table table;
  table.foreign_keys = {MakeKey("f", {"a", "b"})};
  table.indexes = {MakeIndex("f", {"a", "b"}), MakeIndex("k", {"b"})};
  ExpectRemoved(table, {"f"});
}

TEST(OwnIndexesTest, AnyOtherIsNot) {
  Table table;
  table.foreign_keys = {MakeKey("f", {"a"})};
  table.indexes = {MakeIndex("other", {"a"})};
  ExpectRemoved(table, {});
  table.indexes = {MakeIndex("f", {"a", "b"})};
  ExpectRemoved(table, {});
  table.indexes = {MakeIndex("f", {"a"})};
  table.indexes[0].parts[0].descending = true;
  ExpectRemoved(table, {});
  table.indexes = {MakeIndex("f", {"a"}), MakeIndex("k", {"a", "b"})};
  ExpectRemoved(table, {});
}

// Which of the two keys gave it its name depends on which was first.
TEST(OwnIndexesTest, OneThatTwoKeysShareIsNot) {
  Table table;
  table.foreign_keys = {MakeKey("f", {"a"}), MakeKey("g", {"a"})};
  table.indexes = {MakeIndex("f", {"a"})};
  ExpectRemoved(table, {});
}

TEST(OwnIndexesTest, ThePrimaryKeyServesToo) {
  Table table;
  table.foreign_keys = {MakeKey("f", {"a"})};
  table.primary_key = PrimaryKey{"", {"a", "b"}};
  ExpectRemoved(table, {});
}

}  // namespace
}  // namespace brant::mysql
