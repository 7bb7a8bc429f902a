#include "agent/schema/ddl.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace brant {
namespace {

void AppendMark(std::string& text, absl::string_view mark, absl::string_view what) {
  if (what.empty()) return;
  std::string line(what);
  // Whatever could end the comment before its end.
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, ' ');
  absl::StrAppend(&text, "-- ", mark, ": ", line, "\n");
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
