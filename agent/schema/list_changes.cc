#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/describe.h"

namespace brant {
namespace {

using Action = v1::SchemaChange;

std::string NameOf(const std::string& name) { return name; }
std::string NameOf(const ObjectName& name) { return Describe(name); }

// What people call a constraint that has no name.
std::string Fallback(const PrimaryKey& key) { return absl::StrJoin(key.columns, ", "); }
std::string Fallback(const UniqueConstraint& unique) { return absl::StrJoin(unique.columns, ", "); }
std::string Fallback(const CheckConstraint& check) { return check.expression; }
std::string Fallback(const ForeignKey& key) { return absl::StrJoin(key.columns, ", "); }
template <typename T>
std::string Fallback(const T&) {
  return "";
}

// `before -> after`, where the two differ.
class Details {
 public:
  void Compare(absl::string_view what, const std::string& before, const std::string& after) {
    if (before == after) return;
    Add(absl::StrCat(what, " ", before.empty() ? "none" : before, " -> ",
                     after.empty() ? "none" : after));
  }
  void Add(std::string detail) { details_.push_back(std::move(detail)); }
  std::string Text() const { return absl::StrJoin(details_, ", "); }

 private:
  std::vector<std::string> details_;
};

std::string DetailOf(const Column& from, const Column& to) {
  Details details;
  details.Compare("type", from.type.native, to.type.native);
  if (from.nullable != to.nullable) details.Add(to.nullable ? "drop NOT NULL" : "set NOT NULL");
  details.Compare("default", from.default_value.value_or(""), to.default_value.value_or(""));
  details.Compare("identity", std::string(IdentityName(from.identity)),
                  std::string(IdentityName(to.identity)));
  if (!(from.sequence == to.sequence) && from.identity == to.identity) {
    details.Add("the sequence's options");
  }
  details.Compare("collation", from.collation, to.collation);
  details.Compare("generated", from.generated, to.generated);
  if (from.generated_stored != to.generated_stored && !from.generated.empty() &&
      !to.generated.empty()) {
    details.Add(to.generated_stored ? "stored" : "virtual");
  }
  details.Compare("on update", from.on_update, to.on_update);
  details.Compare("comment", from.comment, to.comment);
  return details.Text();
}

std::string DetailOf(const CheckConstraint& from, const CheckConstraint& to) {
  Details details;
  details.Compare("expression", from.expression, to.expression);
  return details.Text();
}

std::string DetailOf(const EnumType& from, const EnumType& to) {
  Details details;
  details.Compare("labels", absl::StrJoin(from.labels, ", "), absl::StrJoin(to.labels, ", "));
  return details.Text();
}

template <typename T>
std::string DetailOf(const T&, const T&) {
  return "";
}

class Lister {
 public:
  explicit Lister(const CatalogDiff& diff) : diff_(diff) {}

  std::vector<v1::SchemaChange> List() {
    for (const Rename& rename : diff_.renames) {
      const std::string table = Describe(rename.table);
      Add(Action::ACTION_RENAME, rename.column.empty() ? "table" : "column",
          rename.column.empty() ? table : absl::StrCat(table, ".", rename.column),
          absl::StrCat("to ", rename.to));
    }
    AddAll("enum type", "", diff_.enums);
    AddAll("sequence", "", diff_.sequences);
    for (const Table* table : diff_.created_tables) {
      Add(Action::ACTION_CREATE, "table", Describe(table->name), "");
    }
    for (const TableChange& change : diff_.altered_tables) AddTable(change);
    for (const Table* table : diff_.dropped_tables) {
      Add(Action::ACTION_DROP, "table", Describe(table->name), "");
    }
    AddAll("view", "", diff_.views);
    return std::move(changes_);
  }

 private:
  void Add(Action::Action action, absl::string_view kind, std::string name, std::string detail) {
    v1::SchemaChange change;
    change.set_action(action);
    change.set_kind(std::string(kind));
    change.set_name(std::move(name));
    change.set_detail(std::move(detail));
    changes_.push_back(std::move(change));
  }

  template <typename T>
  void AddAll(absl::string_view kind, const std::string& prefix,
              const std::vector<Change<T>>& changes) {
    for (const Change<T>& change : changes) {
      const T& shown = change.from != nullptr ? *change.from : *change.to;
      const std::string name = NameOf(shown.name);
      const std::string full =
          absl::StrCat(prefix, name.empty() ? absl::StrCat("(", Fallback(shown), ")") : name);
      if (change.added()) {
        Add(Action::ACTION_CREATE, kind, full, "");
      } else if (change.dropped()) {
        Add(Action::ACTION_DROP, kind, full, "");
      } else if (!(change.from->name == change.to->name)) {
        Add(Action::ACTION_RENAME, kind, full, absl::StrCat("to ", NameOf(change.to->name)));
      } else {
        Add(Action::ACTION_ALTER, kind, full, DetailOf(*change.from, *change.to));
      }
    }
  }

  void AddTable(const TableChange& change) {
    const std::string table = Describe(change.to->name);
    const std::string prefix = absl::StrCat(table, ".");
    AddAll("column", prefix, change.columns);
    AddAll("primary key", prefix, change.primary_key);
    AddAll("unique constraint", prefix, change.uniques);
    AddAll("check constraint", prefix, change.checks);
    AddAll("foreign key", prefix, change.foreign_keys);
    AddAll("exclusion constraint", prefix, change.exclusions);
    AddAll("index", prefix, change.indexes);
    Details details;
    if (change.options_differ) {
      const auto join = [](const Table& of) {
        return absl::StrJoin(of.options, ", ", [](std::string* out, const auto& option) {
          absl::StrAppend(out, option.first, option.second.empty() ? "" : " ", option.second);
        });
      };
      details.Compare("options", join(*change.from), join(*change.to));
    }
    if (change.comment_differs) {
      details.Compare("comment", change.from->comment, change.to->comment);
    }
    if (std::string text = details.Text(); !text.empty()) {
      Add(Action::ACTION_ALTER, "table", table, std::move(text));
    }
  }

  const CatalogDiff& diff_;
  std::vector<v1::SchemaChange> changes_;
};

}  // namespace

std::vector<v1::SchemaChange> ListChanges(const CatalogDiff& diff) { return Lister(diff).List(); }

}  // namespace brant
