#include "agent/schema/models/indexes.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/schema/models/constraints.h"
#include "agent/schema/models/source_place.h"

namespace brant {
namespace {

// `created_at desc nulls last`, as `columns` has it. Nothing if it is none.
std::optional<IndexPart> ParseKey(absl::string_view text) {
  const std::vector<std::string> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipWhitespace());
  if (words.empty()) return std::nullopt;
  IndexPart part;
  part.column = words.front();
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string word = absl::AsciiStrToLower(words[i]);
    if (word == "desc") {
      part.descending = true;
    } else if (word == "nulls") {
      const std::string where = i + 1 < words.size() ? absl::AsciiStrToLower(words[i + 1]) : "";
      if (where != "first" && where != "last") return std::nullopt;
      part.nulls_first = where == "first";
      ++i;
    } else if (word != "asc") {
      if (!part.operator_class.empty()) return std::nullopt;
      part.operator_class = words[i];
    }
  }
  // What the order has anyway is not said.
  if (part.nulls_first == part.descending) part.nulls_first.reset();
  return part;
}

// What PostgreSQL calls an index by: the columns, the functions of expressions, or
// `expr`.
std::string NameOfKey(const IndexPart& part) {
  if (part.expression.empty()) return part.column;
  const absl::string_view text = part.expression;
  size_t end = 0;
  while (end < text.size() && (absl::ascii_isalnum(text[end]) || text[end] == '_')) ++end;
  const bool is_call = end > 0 && end < text.size() && text[end] == '(' && text.back() == ')';
  return is_call ? absl::AsciiStrToLower(text.substr(0, end)) : "expr";
}

std::optional<Index> ReadIndex(const ModelTable& model, const IndexOptions& options,
                               Problems& problems) {
  Index result;
  result.name = options.name();
  result.unique = options.unique();
  result.predicate = options.where();
  result.method = absl::AsciiStrToLower(options.method());
  if (result.method == "btree") result.method.clear();
  result.included = {options.include().begin(), options.include().end()};
  std::vector<std::string> columns = result.included;
  for (const std::string& key : options.columns()) {
    std::optional<IndexPart> part = ParseKey(key);
    if (!part.has_value()) {
      problems.Add(*model.message,
                   absl::StrCat("an index of message '", model.message->full_name(),
                                "' has a key that can't be read: '", key, "'"),
                   "a key is a column's name, and behind it perhaps 'desc', 'nulls first', 'nulls "
                   "last' or an operator class; what is computed goes into 'expressions'");
      return std::nullopt;
    }
    columns.push_back(part->column);
    result.parts.push_back(*std::move(part));
  }
  for (const std::string& expression : options.expressions()) {
    IndexPart part;
    part.expression = expression;
    result.parts.push_back(std::move(part));
  }
  if (result.parts.empty()) {
    problems.Add(*model.message, absl::StrCat("an index of message '", model.message->full_name(),
                                              "' has neither columns nor expressions"));
    return std::nullopt;
  }
  if (!columns.empty() && !HasColumns(model, columns, "index", problems)) return std::nullopt;
  return result;
}

}  // namespace

void AddIndexes(std::vector<ModelTable>& tables, NamesInUse& names, Problems& problems) {
  for (ModelTable& model : tables) {
    for (int i = 0; i < model.options.ExtensionSize(index); ++i) {
      std::optional<Index> read = ReadIndex(model, model.options.GetExtension(index, i), problems);
      if (!read.has_value()) continue;
      if (!read->name.empty() && !names.Add(model.table.name.schema, read->name)) {
        problems.Add(*model.message,
                     absl::StrCat("the name '", read->name, "' of an index is in use already"),
                     "names of tables, constraints and indexes are distinct within a schema");
      }
      model.table.indexes.push_back(*std::move(read));
      model.index_places.push_back(
          PlaceOfOption(*model.message, index.number(), i, "an index of message"));
    }
  }
  for (ModelTable& model : tables) {
    for (Index& made : model.table.indexes) {
      if (!made.name.empty()) continue;
      const std::string keys = absl::StrJoin(
          made.parts, "_",
          [](std::string* out, const IndexPart& part) { absl::StrAppend(out, NameOfKey(part)); });
      made.name = names.Choose(model.table.name.schema, model.table.name.name, keys, "idx");
    }
  }
}

}  // namespace brant
