#include "agent/schema/compare/notes.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace brant {
namespace {

ObjectName KeyOf(const ObjectName& object) { return TranslateName(object, Dialect::kSqlite); }

template <typename T>
void AddNames(const std::vector<Change<T>>& changes, std::set<std::string>& names) {
  for (const Change<T>& change : changes) {
    if (change.from != nullptr) names.insert(change.from->name);
    if (change.to != nullptr) names.insert(change.to->name);
  }
  // Of what has no name, nothing can be told apart.
  names.erase("");
}

}  // namespace

ChangedObjects::Parts& ChangedObjects::Of(const ObjectName& object) {
  return objects_[KeyOf(object)];
}

void ChangedObjects::Add(const CatalogDiff& diff) {
  for (const Table* table : diff.created_tables) Of(table->name).whole = true;
  const auto add_whole = [this](const auto& changes) {
    for (const auto& change : changes) {
      if (change.to != nullptr) Of(change.to->name).whole = true;
    }
  };
  add_whole(diff.views);
  add_whole(diff.sequences);
  for (const TableChange& change : diff.altered_tables) AddTable(change);
}

void ChangedObjects::AddTable(const TableChange& change) {
  std::set<std::string>& names = Of(change.to->name).names;
  AddNames(change.columns, names);
  AddNames(change.uniques, names);
  AddNames(change.checks, names);
  AddNames(change.foreign_keys, names);
  AddNames(change.exclusions, names);
  AddNames(change.indexes, names);
  if (!change.primary_key.empty()) names.insert("primary key");
}

std::vector<std::string> ChangedObjects::Select(const std::vector<TranslationNote>& notes) const {
  std::vector<std::string> lines;
  for (const TranslationNote& note : notes) {
    const auto found = objects_.find(KeyOf(note.object));
    if (found == objects_.end()) continue;
    // A part is `column email`, `index users_email_idx`, `primary key`.
    const Parts& parts = found->second;
    const bool told =
        parts.whole || absl::c_any_of(parts.names, [&note](const std::string& name) {
          return note.part == name || absl::EndsWith(note.part, absl::StrCat(" ", name));
        });
    if (!told) continue;
    lines.push_back(absl::StrCat(Describe(note.object), note.part.empty() ? "" : ", ", note.part,
                                 ": ", note.text));
  }
  return lines;
}

}  // namespace brant
