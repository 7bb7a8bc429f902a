// The splitter against the real things: the same script through the mariadb
// client (or the server's own parser) into one database, and statement by
// statement into another; afterwards both must hold the same.

#include "tests/integration/mysql/splitter_oracle.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/statement.h"
#include "gtest/gtest.h"
#include "tests/integration/mysql/mysql_test_database.h"
#include "tests/integration/mysql/random_program.h"
#include "tests/splitter_corpus/corpus_files.h"

namespace brant {
namespace {

std::string RunThroughBrant(MysqlTestDatabase& database, absl::string_view script) {
  absl::StatusOr<std::vector<Statement>> statements = SplitStatements(Dialect::kMysql, script);
  if (!statements.ok()) return DescribeError(statements.status());
  std::unique_ptr<Session> session = database.Connect();
  for (const Statement& statement : *statements) {
    absl::Status status = session->Execute(statement.text).status();
    if (!status.ok()) return absl::StrCat(DescribeError(status), "\n", statement.text);
  }
  return "";
}

// The mariadb client cuts stored programs at their first semicolon, and takes
// `delimiter` for a command wherever it stands.
bool IsBeyondTheClient(absl::string_view name) {
  return absl::EndsWith(name, "_without_delimiter") || absl::StartsWith(name, "mariadb_") ||
         name == "column_named_delimiter";
}

class SplitterOracleTest : public ::testing::TestWithParam<CorpusFile> {};

TEST_P(SplitterOracleTest, LeavesTheSameDatabase) {
  const std::string& script = GetParam().script;
  MysqlTestDatabase expected;
  MysqlTestDatabase actual;
  // A client that sends them takes `--x` at a statement's start for code.
  const bool keep_comments = GetParam().name != "comments_everywhere";
  const OracleRun oracle = IsBeyondTheClient(GetParam().name)
                               ? RunThroughServer(expected.url(), script)
                               : RunThroughClient(expected.url(), script, keep_comments);
  EXPECT_EQ(oracle.error, "");
  EXPECT_EQ(RunThroughBrant(actual, script), "");
  const std::string dump = Dump(expected.url());
  EXPECT_TRUE(absl::StrContains(dump, "CREATE")) << dump;
  EXPECT_EQ(Dump(actual.url()), dump);
}

INSTANTIATE_TEST_SUITE_P(Corpus, SplitterOracleTest,
                         ::testing::ValuesIn(ReadCorpus(Dialect::kMysql)),
                         [](const auto& info) { return info.param.name; });

// Each program is legal by construction; the server counts its statements.
TEST(SplitterOracle, RandomProgramsHaveAsManyStatementsAsTheServerFinds) {
  MysqlTestDatabase database;
  for (int seed = 0; seed < 100; ++seed) {
    const std::string script = RandomProgram(seed);
    const OracleRun oracle = RunThroughServer(database.url(), script);
    ASSERT_EQ(oracle.error, "") << script;
    absl::StatusOr<std::vector<Statement>> statements = SplitStatements(Dialect::kMysql, script);
    ASSERT_TRUE(statements.ok()) << statements.status() << script;
    std::string cuts;
    for (const Statement& statement : *statements) {
      absl::StrAppend(&cuts, "=== cut ===\n", statement.text, "\n");
    }
    ASSERT_EQ(statements->size(), oracle.results) << "seed " << seed << "\n" << cuts;
  }
}

}  // namespace
}  // namespace brant
