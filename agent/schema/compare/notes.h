#ifndef BRANT_AGENT_SCHEMA_COMPARE_NOTES_H_
#define BRANT_AGENT_SCHEMA_COMPARE_NOTES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/schema/diff.h"
#include "agent/schema/translate/translate.h"

namespace brant {

// What a revision changes, in any of its dialects: of the notes on a translation,
// those on the rest were told when that was written. What a dialect can't say is
// changed in another one alone, and noted for this one.
class ChangedObjects {
 public:
  void Add(const CatalogDiff& diff);

  // The notes that speak of it, a line each.
  std::vector<std::string> Select(const std::vector<TranslationNote>& notes) const;

 private:
  struct Parts {
    bool whole = false;
    // Names of columns, constraints and indexes, and "primary key".
    std::set<std::string> names;
  };

  Parts& Of(const ObjectName& object);
  void AddTable(const TableChange& change);

  // By the names of a dialect without schemas.
  std::map<ObjectName, Parts> objects_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_NOTES_H_
