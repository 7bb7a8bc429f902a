// docs/lint.md lists every rule as the registry has it.

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/schema/lint/rule.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

std::string Severity(v1::LintSeverity severity) {
  if (severity == v1::LINT_SEVERITY_ERROR) return "error";
  return severity == v1::LINT_SEVERITY_WARNING ? "warning" : "notice";
}

// Placeholders as people read them.
std::string Readable(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"{table}", "TABLE"}, {"{column}", "COLUMN"}, {"{name}", "NAME"}});
}

TEST(LintDocsTest, TheTablesAreTheRegistry) {
  std::string expected;
  for (const LintRule& rule : AllLintRules()) {
    absl::StrAppend(&expected, "| ", rule.code, " `", rule.name, "` | ", Severity(rule.severity),
                    " | ", rule.databases, " | ", Readable(rule.message), " | ",
                    Readable(rule.advice), " |\n");
  }
  std::ifstream file("docs/lint.md");
  ASSERT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  std::string actual;
  for (absl::string_view line : absl::StrSplit(text.str(), '\n')) {
    if (absl::StartsWith(line, "| BR")) absl::StrAppend(&actual, line, "\n");
  }
  EXPECT_EQ(actual, expected) << "these are the rows that docs/lint.md is to have:\n" << expected;
}

}  // namespace
}  // namespace brant
