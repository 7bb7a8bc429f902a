#include "agent/schema/ddl.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace brant {
namespace {

void AppendMark(std::string& text, absl::string_view mark, absl::string_view what) {
  if (what.empty()) return;
  absl::StrAppend(&text, "-- ", mark, ": ", absl::StrReplaceAll(what, {{"\n", " "}}), "\n");
}

}  // namespace

std::string ToText(const DdlScript& script) {
  std::string text;
  for (const DdlStatement& statement : script.statements) {
    AppendMark(text, "DATA LOSS", statement.data_loss);
    AppendMark(text, "REVIEW", statement.review);
    absl::StrAppend(&text, statement.sql, ";\n");
  }
  return text;
}

}  // namespace brant
