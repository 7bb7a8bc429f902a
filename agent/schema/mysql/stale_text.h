#ifndef BRANT_AGENT_SCHEMA_MYSQL_STALE_TEXT_H_
#define BRANT_AGENT_SCHEMA_MYSQL_STALE_TEXT_H_

#include <set>
#include <string>
#include <vector>

#include "agent/schema/diff.h"

namespace brant::mysql {

// Triggers, and views that are left alone: the server keeps their text as it is when
// what it speaks of is renamed or dropped, and fails when they are used next.
//
// All answers are for people; empty: none speaks of it.
class StaleText {
 public:
  explicit StaleText(const CatalogDiff& diff);

  std::string OfRenamedTable(const std::string& from, const std::string& to) const;
  // `table`: as it is called after the renames.
  std::string OfRenamedColumn(const std::string& table, const std::string& from,
                              const std::string& to) const;
  std::string OfDroppedTable(const std::string& table) const;
  std::string OfDroppedColumn(const std::string& table, const std::string& column) const;

 private:
  struct Text {
    // `the trigger x`.
    std::string what;
    // Of a trigger: its table, after the renames.
    std::string owner;
    // The names in it, in lower case.
    std::set<std::string> names;
    // It is of the second catalog, and has the new names.
    bool is_new = false;
  };

  void AddTriggers(const Catalog& catalog, bool is_new);
  void AddViews(const Catalog& catalog, bool is_new);
  void Add(Text text, const std::string& sql);
  bool SpeaksOf(const Text& text, const std::string& table) const;

  std::vector<Text> texts_;
  const std::vector<Rename>& renames_;
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_STALE_TEXT_H_
