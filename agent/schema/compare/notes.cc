#include "agent/schema/compare/notes.h"

#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace brant {
namespace {

// What a diff writes of one table.
struct Written {
  bool whole = false;
  // Names of columns, constraints and indexes.
  std::set<std::string> parts;
};

template <typename T>
void AddParts(const std::vector<Change<T>>& changes, Written& written) {
  for (const Change<T>& change : changes) {
    // What goes may do so because it can't be said here: a note says it.
    written.parts.insert(change.to != nullptr ? change.to->name : change.from->name);
  }
}

std::map<ObjectName, Written> WrittenBy(const CatalogDiff& diff) {
  std::map<ObjectName, Written> all;
  for (const Table* table : diff.created_tables) all[table->name].whole = true;
  for (const Change<View>& change : diff.views) {
    if (change.to != nullptr) all[change.to->name].whole = true;
  }
  for (const TableChange& change : diff.altered_tables) {
    Written& written = all[change.to->name];
    AddParts(change.columns, written);
    AddParts(change.primary_key, written);
    AddParts(change.uniques, written);
    AddParts(change.checks, written);
    AddParts(change.foreign_keys, written);
    AddParts(change.indexes, written);
    if (!change.primary_key.empty()) written.parts.insert("primary key");
  }
  return all;
}

// A part is `column email`, `index users_email_idx`, `primary key`.
bool Speaks(const std::string& part, const Written& written) {
  if (written.whole) return true;
  return absl::c_any_of(written.parts, [&part](const std::string& name) {
    return part == name || absl::EndsWith(part, absl::StrCat(" ", name));
  });
}

}  // namespace

std::vector<std::string> NotesOf(const CatalogDiff& diff,
                                 const std::vector<TranslationNote>& notes) {
  const std::map<ObjectName, Written> written = WrittenBy(diff);
  std::vector<std::string> lines;
  for (const TranslationNote& note : notes) {
    const auto found = written.find(note.object);
    if (found == written.end() || !Speaks(note.part, found->second)) continue;
    lines.push_back(absl::StrCat(Describe(note.object), note.part.empty() ? "" : ", ", note.part,
                                 ": ", note.text));
  }
  return lines;
}

}  // namespace brant
