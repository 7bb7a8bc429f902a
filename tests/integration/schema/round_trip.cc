#include "tests/integration/schema/round_trip.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/database/statement.h"

namespace brant {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  uint64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : fallback;
}

absl::Status ApplyStatements(Session& session, Dialect dialect, const std::string& text) {
  BRANT_ASSIGN_OR_RETURN(const std::vector<Statement> statements, SplitStatements(dialect, text));
  size_t next = 0;
  while (next < statements.size() && statements[next].kind == StatementKind::kSetting) {
    BRANT_RETURN_IF_ERROR(session.Execute(statements[next++].text).status());
  }
  BRANT_RETURN_IF_ERROR(session.Begin());
  for (; next < statements.size(); ++next) {
    const auto execution = session.Execute(statements[next].text);
    if (!execution.ok()) {
      return absl::Status(execution.status().code(),
                          absl::StrCat(execution.status().message(),
                                       "\nin: ", statements[next].text, "\nof:\n", text));
    }
  }
  return session.Commit();
}

std::string JoinMarks(const DdlScript& script, std::string DdlStatement::*mark) {
  std::vector<std::string> marks;
  for (const DdlStatement& statement : script.statements) {
    if (!(statement.*mark).empty()) marks.push_back(statement.*mark);
  }
  return absl::StrJoin(marks, "\n");
}

}  // namespace

absl::Status Apply(Session& session, Dialect dialect, const DdlScript& script) {
  const absl::Status status = ApplyStatements(session, dialect, ToText(script));
  const absl::Status reset = session.Reset();
  return status.ok() ? reset : status;
}

std::string Difference(const SchemaDriver& driver, const Catalog& from, const Catalog& to) {
  const auto diff = Diff(from, to);
  if (!diff.ok()) return std::string(diff.status().message());
  if (diff->empty()) return "";
  const std::string text = ToText(driver.Render(*diff));
  return text.empty() ? "a difference without statements" : text;
}

std::string Losses(const DdlScript& script) { return JoinMarks(script, &DdlStatement::data_loss); }

std::string Reviews(const DdlScript& script) { return JoinMarks(script, &DdlStatement::review); }

int PairCount(int fallback) {
  return static_cast<int>(FromEnvironment("BRANT_SCHEMA_PAIRS", fallback));
}

uint64_t FirstSeed() { return FromEnvironment("BRANT_SCHEMA_SEED", 1); }

}  // namespace brant
