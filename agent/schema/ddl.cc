#include "agent/schema/ddl.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace brant {
namespace {

std::string Mark(absl::string_view mark, absl::string_view what) {
  if (what.empty()) return "";
  std::string line(what);
  // Whatever could end the comment before its end.
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, ' ');
  return absl::StrCat("-- ", mark, ": ", line, "\n");
}

}  // namespace

std::string ReviewMark(absl::string_view what) { return Mark("REVIEW", what); }

std::string ToText(const DdlScript& script) {
  std::string text;
  for (const DdlStatement& statement : script.statements) {
    absl::StrAppend(&text, Mark("DATA LOSS", statement.data_loss), ReviewMark(statement.review),
                    statement.sql, ";\n");
  }
  return text;
}

}  // namespace brant
