// Cuts every script of the corpus and compares with the golden file: for each
// script its name and the number of its statements, and for each statement its
// first and last words. A script that is to be refused has the reason instead.

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/database/statement.h"
#include "gtest/gtest.h"
#include "tests/splitter_corpus/corpus_files.h"

namespace brant {
namespace {

constexpr size_t kWords = 4;

std::string Ends(absl::string_view statement) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(statement, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  if (words.size() <= 2 * kWords) return absl::StrJoin(words, " ");
  return absl::StrCat(absl::StrJoin(words.begin(), words.begin() + kWords, " "), " ... ",
                      absl::StrJoin(words.end() - kWords, words.end(), " "));
}

std::string Cuts(Dialect dialect) {
  std::string text;
  for (const CorpusFile& file : ReadCorpus(dialect)) {
    absl::StatusOr<std::vector<Statement>> statements = SplitStatements(dialect, file.script);
    if (!statements.ok()) {
      absl::StrAppend(&text, file.name, ": refused at ",
                      ErrorDetail(statements.status(), "position"), ", ",
                      v1::ErrorReason_Name(ReasonOf(statements.status())), "\n");
      continue;
    }
    absl::StrAppend(&text, file.name, ": ", statements->size(), "\n");
    for (const Statement& statement : *statements) {
      absl::StrAppend(&text, "  ", Ends(statement.text), "\n");
    }
  }
  return text;
}

class SplitterCorpusTest : public ::testing::TestWithParam<Dialect> {};

// The new text is kept among the test's outputs; read it before you copy it to
// the golden file.
TEST_P(SplitterCorpusTest, IsCutAsTheGoldenFileSays) {
  const std::string actual = Cuts(GetParam());
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    std::ofstream(absl::StrCat(folder, "/", DialectName(GetParam()), ".golden")) << actual;
  }
  EXPECT_EQ(actual, ReadGolden(GetParam()));
}

TEST_P(SplitterCorpusTest, IsLarge) { EXPECT_GE(ReadCorpus(GetParam()).size(), 25u); }

// A section's line ends change nothing but themselves.
TEST_P(SplitterCorpusTest, IsCutAlikeWithWindowsLineEnds) {
  for (const CorpusFile& file : ReadCorpus(GetParam())) {
    const std::string plain = absl::StrReplaceAll(file.script, {{"\r\n", "\n"}});
    const std::string windows = absl::StrReplaceAll(plain, {{"\n", "\r\n"}});
    auto expected = SplitStatements(GetParam(), plain);
    auto actual = SplitStatements(GetParam(), windows);
    ASSERT_EQ(actual.ok(), expected.ok()) << file.name;
    if (!actual.ok()) continue;
    ASSERT_EQ(actual->size(), expected->size()) << file.name;
    for (size_t i = 0; i < actual->size(); ++i) {
      EXPECT_EQ(absl::StrReplaceAll((*actual)[i].text, {{"\r\n", "\n"}}), (*expected)[i].text)
          << file.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, SplitterCorpusTest, ::testing::ValuesIn(kAllDialects),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

}  // namespace
}  // namespace brant
