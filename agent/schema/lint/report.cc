#include "agent/schema/lint/report.h"

#include <utility>

#include "absl/strings/str_replace.h"

namespace brant {
namespace {

absl::string_view Or(absl::string_view name, absl::string_view otherwise) {
  return name.empty() ? otherwise : name;
}

}  // namespace

void LintReport::Add(absl::string_view rule, const LintStatement& statement, LintNames names,
                     size_t within) {
  const LintRule* found = FindLintRule(rule);
  if (direction_ == Direction::kDowngrade && !found->in_downgrades) return;
  findings_.push_back({found, statement.offset + within, statement.index, std::move(names)});
}

std::string FillIn(absl::string_view text, const LintNames& names) {
  return absl::StrReplaceAll(text, {{"{table}", Or(names.table, "the table")},
                                    {"{column}", Or(names.column, "the column")},
                                    {"{name}", Or(names.name, "it")}});
}

}  // namespace brant
