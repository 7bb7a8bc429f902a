#include "agent/schema/compare/element.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

// Sets what differs between `from` and `to`.
template <typename T>
class Facets {
 public:
  Facets(const T& from, const T& to, T& element) : from_(from), to_(to), element_(element) {}

  template <typename F>
  Facets& Set(F T::*facet) {
    if (!(from_.*facet == to_.*facet)) element_.*facet = to_.*facet;
    return *this;
  }
  // The same, of something that is written alike on all servers.
  template <typename F>
  Facets& Replace(F T::*facet) {
    lost_ = lost_ || (!(from_.*facet == to_.*facet) && !(element_.*facet == from_.*facet));
    return Set(facet);
  }
  // What was particular of the element is gone.
  bool lost() const { return lost_; }

 private:
  const T& from_;
  const T& to_;
  T& element_;
  bool lost_ = false;
};

// Without what servers add or leave out: blanks, parentheses, quotes, capitals.
std::string Words(const std::string& expression) {
  std::string words;
  for (const SqliteToken& token : TokenizeSqlite(expression)) {
    if (token.IsSymbol("(") || token.IsSymbol(")")) continue;
    absl::StrAppend(&words, token.IsName() ? absl::AsciiStrToLower(token.text) : token.text, " ");
  }
  return words;
}

}  // namespace

bool Alter(const Column& from, const Column& to, Column& column) {
  const bool retyped = from.type.native != to.type.native;
  const bool lost = retyped && column.type.native != from.type.native;
  if (retyped) column.type = to.type;
  Facets(from, to, column)
      .Set(&Column::nullable)
      .Set(&Column::collation)
      .Set(&Column::default_value)
      .Set(&Column::identity)
      .Set(&Column::sequence)
      .Set(&Column::generated)
      .Set(&Column::generated_stored)
      .Set(&Column::on_update)
      .Set(&Column::comment);
  return lost;
}

bool Alter(const UniqueConstraint& from, const UniqueConstraint& to, UniqueConstraint& unique) {
  Facets(from, to, unique)
      .Set(&UniqueConstraint::columns)
      .Set(&UniqueConstraint::included)
      .Set(&UniqueConstraint::nulls_not_distinct)
      .Set(&UniqueConstraint::deferrable)
      .Set(&UniqueConstraint::initially_deferred);
  return false;
}

bool Alter(const CheckConstraint& from, const CheckConstraint& to, CheckConstraint& check) {
  Facets(from, to, check)
      .Set(&CheckConstraint::expression)
      .Set(&CheckConstraint::no_inherit)
      .Set(&CheckConstraint::validated);
  return false;
}

bool Alter(const ForeignKey& from, const ForeignKey& to, ForeignKey& key) {
  Facets(from, to, key)
      .Set(&ForeignKey::columns)
      .Set(&ForeignKey::referenced_table)
      .Set(&ForeignKey::referenced_columns)
      .Set(&ForeignKey::on_update)
      .Set(&ForeignKey::on_delete)
      .Set(&ForeignKey::match)
      .Set(&ForeignKey::deferrable)
      .Set(&ForeignKey::initially_deferred)
      .Set(&ForeignKey::validated);
  return false;
}

bool Alter(const Index& from, const Index& to, Index& index) {
  return Facets(from, to, index)
      .Replace(&Index::parts)
      .Replace(&Index::included)
      .Replace(&Index::method)
      .Replace(&Index::options)
      .Set(&Index::unique)
      .Set(&Index::predicate)
      .Set(&Index::nulls_not_distinct)
      .Set(&Index::comment)
      .lost();
}

bool Alter(const View& from, const View& to, View& view) {
  Facets(from, to, view)
      .Set(&View::materialized)
      .Set(&View::definition)
      .Set(&View::reads)
      .Set(&View::indexes)
      .Set(&View::options)
      .Set(&View::comment);
  return false;
}

bool SaySame(const UniqueConstraint& a, const UniqueConstraint& b) {
  return a.columns == b.columns;
}
bool SaySame(const CheckConstraint& a, const CheckConstraint& b) {
  return Words(a.expression) == Words(b.expression);
}
bool SaySame(const ForeignKey& a, const ForeignKey& b) {
  return a.columns == b.columns && a.referenced_table == b.referenced_table;
}
bool SaySame(const ExclusionConstraint& a, const ExclusionConstraint& b) {
  return a.definition == b.definition;
}
std::string NameOf(const CheckConstraint& check) {
  return check.name.empty() ? check.expression : check.name;
}
std::string NameOf(const UniqueConstraint& unique) {
  return unique.name.empty() ? absl::StrJoin(unique.columns, ", ") : unique.name;
}
std::string NameOf(const ForeignKey& key) {
  return key.name.empty() ? absl::StrJoin(key.columns, ", ") : key.name;
}
}  // namespace brant
