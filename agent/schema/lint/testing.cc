#include "agent/schema/lint/testing.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/revisions/bundle.h"
#include "agent/schema/lint/lint.h"

namespace brant {

std::string TestFile(size_t index, absl::string_view sections) {
  return absl::StrCat("-- Test\n--\n-- Revision ID: r", index,
                      "\n-- Revises:", index == 0 ? "" : absl::StrCat(" r", index - 1), "\n",
                      sections);
}

std::vector<v1::LintFinding> LintFiles(const std::vector<std::string>& sections,
                                       const std::vector<Dialect>& dialects) {
  std::vector<SourceFile> files;
  for (size_t i = 0; i < sections.size(); ++i) {
    files.push_back({absl::StrCat(i, ".sql"), TestFile(i, sections[i])});
  }
  auto bundle = MakeBundle(std::move(files));
  if (!bundle.ok()) {
    std::cerr << bundle.status() << std::endl;
    std::abort();
  }
  return Lint(**bundle, {(*bundle)->graph.size() - 1}, dialects);
}

std::string Codes(const std::vector<v1::LintFinding>& findings) {
  return absl::StrJoin(findings, " ", [](std::string* out, const v1::LintFinding& finding) {
    absl::StrAppend(
        out, finding.acknowledged() ? absl::StrCat("(", finding.code(), ")") : finding.code());
  });
}

}  // namespace brant
