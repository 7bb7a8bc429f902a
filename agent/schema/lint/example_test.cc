// The example project, found as example.golden says: whatever appears there that
// is not true is a bug.

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/revisions/bundle.h"
#include "agent/schema/lint/lint.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

std::string Describe(const v1::LintFinding& finding) {
  std::string text =
      absl::StrCat(finding.file(), ":", finding.line(), " ", finding.code(), " ", finding.rule());
  for (int dialect : finding.dialects()) {
    absl::StrAppend(&text, " ", v1::Dialect_Name(static_cast<v1::Dialect>(dialect)));
  }
  if (finding.acknowledged()) absl::StrAppend(&text, " (acknowledged)");
  return absl::StrCat(text, "\n  ", finding.message(), "\n");
}

// The new text is kept among the test's outputs; read it before you copy it to
// the golden file.
TEST(ExampleTest, IsFoundAsTheGoldenFileSays) {
  auto files = ReadMigrationFiles("migrations");
  ASSERT_TRUE(files.ok()) << files.status();
  auto bundle = MakeBundle(*std::move(files));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  std::vector<RevisionIndex> all;
  for (RevisionIndex i = 0; i < (*bundle)->graph.size(); ++i) all.push_back(i);
  std::string actual;
  for (const v1::LintFinding& finding : Lint(**bundle, all, {})) {
    absl::StrAppend(&actual, Describe(finding));
  }
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    std::ofstream(absl::StrCat(folder, "/example.golden")) << actual;
  }
  std::ifstream golden("agent/schema/lint/example.golden");
  std::stringstream expected;
  expected << golden.rdbuf();
  EXPECT_EQ(actual, expected.str());
}

}  // namespace
}  // namespace brant
