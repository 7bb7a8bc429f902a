#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/translate/expression.h"
#include "agent/schema/translate/table_translator.h"

namespace brant {
namespace {

std::string PartOf(const Index& index) { return absl::StrCat("index ", index.name); }

// Methods whose queries an ordered index does not serve.
bool IsSpecial(const std::string& method) {
  static constexpr absl::string_view kSpecial[] = {"gin", "gist",     "spgist",
                                                   "rum", "fulltext", "spatial"};
  return absl::c_linear_search(kSpecial, absl::AsciiStrToLower(method));
}

}  // namespace

void TableTranslator::TranslateIndexes() {
  for (const Index& index : table_.indexes) {
    Index result;
    if (TranslateIndex(index, result)) result_.indexes.push_back(std::move(result));
  }
}

bool TableTranslator::TranslateIndex(const Index& index, Index& result) {
  const std::string part = PartOf(index);
  const absl::string_view where = DisplayName(to_.dialect());
  if (IsSpecial(index.method)) {
    Note(part, absl::StrCat("is left out: ", where, " has no index like ", index.method));
    return false;
  }
  result.unique = index.unique;
  if (!index.method.empty()) {
    Note(part, absl::StrCat("is an ordered index there, and not ", index.method));
  }
  if (!index.predicate.empty() && To(Dialect::kMysql)) {
    if (index.unique) {
      Note(part, absl::StrCat("is left out: it is unique only where ", index.predicate,
                              ", and MySQL has no partial indexes"));
      return false;
    }
    Note(part, absl::StrCat("has all rows, and not only those where ", index.predicate,
                            ": MySQL has no partial indexes"));
  } else if (!index.predicate.empty()) {
    result.predicate = Expression(index.predicate, part);
  }
  for (const IndexPart& key : index.parts) {
    if (!TranslatePart(index, key, result)) return false;
  }
  if (!index.included.empty()) {
    Note(part, absl::StrCat("INCLUDE (", absl::StrJoin(index.included, ", "), ") is left out"));
  }
  if (index.nulls_not_distinct) Note(part, "takes any number of NULLs there");
  if (!index.options.empty()) Note(part, "its storage parameters are left out");
  if (!To(Dialect::kSqlite)) result.comment = index.comment;
  std::vector<std::string> columns;
  for (const IndexPart& key : result.parts) {
    columns.push_back(key.column.empty() ? "expr" : key.column);
  }
  result.name = NameFor(index.name, columns, "idx");
  return true;
}

bool TableTranslator::TranslatePart(const Index& index, const IndexPart& part, Index& result) {
  const std::string of = PartOf(index);
  IndexPart key;
  key.column = part.column;
  key.descending = part.descending;
  if (!part.expression.empty()) {
    if (To(Dialect::kMysql)) {
      Note(of, "is left out: MariaDB has no indexes on expressions");
      return false;
    }
    key.expression = Expression(part.expression, of);
  }
  const Column* column = FindColumn(table_, part.column);
  if (To(Dialect::kMysql) && column != nullptr &&
      (column->type.kind == TypeKind::kJson || column->type.dimensions > 0)) {
    Note(of, absl::StrCat("is left out: MySQL has no index on JSON, which ", part.column, " is"));
    return false;
  }
  if (part.nulls_first.has_value()) {
    Note(of, absl::StrCat("where NULLs stand in the order is left out for ", part.column));
  }
  if (!part.collation.empty()) {
    Note(of, absl::StrCat("the collation ", part.collation, " is left out"));
  }
  if (!part.operator_class.empty()) {
    Note(of, absl::StrCat("the operator class ", part.operator_class, " is left out"));
  }
  if (part.prefix_length > 0) {
    Note(of, absl::StrCat("has whole values of ", part.column, ", and not the first ",
                          part.prefix_length, " characters"));
    if (index.unique) {
      Note(of, "is left out: it is unique by a prefix");
      return false;
    }
  }
  result.parts.push_back(std::move(key));
  return true;
}

}  // namespace brant
