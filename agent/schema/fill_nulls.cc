#include "agent/schema/fill_nulls.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace brant {
namespace {

// `NULL`, and PostgreSQL's `NULL::text`.
bool IsNull(absl::string_view value) {
  return absl::EqualsIgnoreCase(value, "NULL") || absl::StartsWithIgnoreCase(value, "NULL::");
}

bool IsWordByte(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The value may be another one for each row, or at another time.
bool CallsFunction(absl::string_view sql) {
  for (size_t at = 0; at < sql.size();) {
    if (sql[at] == '\'') {
      at = sql.find('\'', at + 1);
      if (at == absl::string_view::npos) return false;
      ++at;
    } else if (IsWordByte(sql[at])) {
      size_t end = at;
      while (end < sql.size() && IsWordByte(sql[end])) ++end;
      const absl::string_view word = sql.substr(at, end - at);
      const bool is_number = absl::ascii_isdigit(static_cast<unsigned char>(word[0]));
      if (end < sql.size() && sql[end] == '(' && !is_number) return true;
      if (absl::StartsWithIgnoreCase(word, "current_") ||
          absl::StartsWithIgnoreCase(word, "localtime") ||
          absl::EqualsIgnoreCase(word, "session_user")) {
        return true;
      }
      at = end;
    } else {
      ++at;
    }
  }
  return false;
}

// By itself: with other columns, rows may still differ.
bool IsUnique(const Table& table, const std::string& column) {
  const std::vector<std::string> alone = {column};
  return (table.primary_key.has_value() && table.primary_key->columns == alone) ||
         absl::c_any_of(table.uniques,
                        [&](const UniqueConstraint& unique) { return unique.columns == alone; }) ||
         absl::c_any_of(table.indexes, [&](const Index& index) {
           return index.unique && index.parts.size() == 1 && index.parts[0].column == column;
         });
}

}  // namespace

bool FillsNulls(const Column& from, const Column& to) {
  return from.nullable && !to.nullable && to.generated.empty() && to.default_value.has_value() &&
         !IsNull(*to.default_value);
}

std::string ReviewNulls(const Column& from, const Column& to, const Table& table,
                        const std::string& name) {
  if (!from.nullable || to.nullable) return "";
  if (!FillsNulls(from, to)) return absl::StrCat("fails if ", name, " is NULL in a row");
  std::vector<std::string> reviews;
  if (CallsFunction(*to.default_value)) {
    reviews.push_back(absl::StrCat("rows that have NULL in ", name, " get ", *to.default_value,
                                   " as it is when this runs"));
  }
  if (IsUnique(table, to.name)) {
    reviews.push_back(
        absl::StrCat("fails if more than one row has NULL in ", name, ", which is unique"));
  }
  for (const ForeignKey& key : table.foreign_keys) {
    if (!absl::c_linear_search(key.columns, to.name)) continue;
    reviews.push_back(absl::StrCat("fails if a row has NULL in ", name, ", and none of ",
                                   Describe(key.referenced_table), " is ", *to.default_value));
  }
  return absl::StrJoin(reviews, "; ");
}

}  // namespace brant
