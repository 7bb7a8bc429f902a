#include "agent/schema/lint/lint.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "agent/base/error.h"
#include "agent/schema/lint/acknowledgement.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/history.h"

namespace brant {
namespace {

v1::Dialect ToProto(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return v1::DIALECT_POSTGRESQL;
    case Dialect::kSqlite:
      return v1::DIALECT_SQLITE;
    case Dialect::kMysql:
      return v1::DIALECT_MYSQL;
  }
  return v1::DIALECT_UNSPECIFIED;
}

std::vector<Dialect> DialectsOf(const RevisionGraph& graph) {
  std::vector<Dialect> dialects(kAllDialects.begin(), kAllDialects.end());
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    std::erase_if(dialects, [&](Dialect dialect) {
      return graph.revision(index).FindSection(Direction::kUpgrade, dialect) == nullptr;
    });
  }
  if (dialects.empty()) dialects.assign(kAllDialects.begin(), kAllDialects.end());
  return dialects;
}

// Those that a section of the project names.
std::set<Dialect> NamedDialects(const RevisionGraph& graph) {
  std::set<Dialect> named;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    for (const Section& section : graph.revision(index).sections) {
      named.insert(section.dialects.begin(), section.dialects.end());
    }
  }
  return named;
}

// What is not understood: in a database that is meant, and in one that may not be.
constexpr absl::string_view kRefused = "refused-statement";
constexpr absl::string_view kSyntax = "syntax-error";
constexpr absl::string_view kUnsaid = "unsaid-database";

// The line of the section's marker.
size_t MarkerOf(const Section& section) { return section.offset - 1; }

// Why a run will refuse the section, at the place that the splitter names.
ReportedFinding Refused(const LintRule* rule, const Section& section, const absl::Status& error) {
  size_t position = 0;
  if (!absl::SimpleAtoi(ErrorDetail(error, "position"), &position)) position = 0;
  return {rule, section.offset + position, -1, LintNames{.name = std::string(error.message())}};
}

std::vector<size_t> LineEndsOf(absl::string_view text) {
  std::vector<size_t> ends;
  for (size_t at = text.find('\n'); at != absl::string_view::npos; at = text.find('\n', at + 1)) {
    ends.push_back(at);
  }
  return ends;
}

class FileLinter {
 public:
  FileLinter(const Revision& revision, const std::vector<Dialect>& dialects,
             const std::set<Dialect>& meant)
      : revision_(revision),
        dialects_(dialects),
        meant_(meant),
        acknowledgements_(revision),
        line_ends_(LineEndsOf(revision.text)) {}

  std::vector<v1::LintFinding> Lint(LintHistory& history) {
    for (Dialect dialect : dialects_) {
      changes_schema_ = downgrade_is_empty_ = false;
      const Section* upgrade = revision_.FindSection(Direction::kUpgrade, dialect);
      const Section* downgrade = revision_.FindSection(Direction::kDowngrade, dialect);
      const bool changes = upgrade != nullptr && CheckSection(*upgrade, dialect, history);
      if (downgrade != nullptr) CheckSection(*downgrade, dialect, history);
      if (changes) CheckDowngrade(*upgrade, downgrade, dialect);
    }
    for (ReportedFinding& finding : acknowledgements_.WithoutReason()) Take(finding, {}, false);
    const auto is_judged = [this](size_t section, const LintRule& rule) {
      return IsJudged(section, rule);
    };
    for (ReportedFinding& finding : acknowledgements_.Unused(is_judged)) Take(finding, {}, false);
    std::vector<v1::LintFinding> findings;
    for (auto& [key, finding] : findings_) findings.push_back(std::move(finding));
    return findings;
  }

 private:
  // True if the section has statements.
  bool CheckSection(const Section& section, Dialect dialect, LintHistory& history) {
    absl::StatusOr<LintSection> read = LintSection::Read(revision_, section, dialect);
    if (!read.ok()) {
      const absl::string_view rule = IsMeant(dialect) ? kRefused : kUnsaid;
      TakeAll({Refused(FindLintRule(rule), section, read.status())}, section, dialect);
      return false;
    }
    acknowledgements_.Read(*read);
    LintReport report(section.direction);
    CheckDataLoss(*read, report);
    CheckCompatibility(*read, report);
    CheckTransactions(*read, report);
    if (dialect == Dialect::kPostgresql) {
      CheckSyntax(*read, report);
      CheckIndexes(*read, report);
      CheckRewrites(*read, history, report);
      CheckConstraints(*read, history, report);
      CheckStyle(*read, report);
      if (section.direction == Direction::kUpgrade) history.Take(*read);
    } else if (dialect == Dialect::kSqlite) {
      CheckSqlite(*read, report);
    } else {
      CheckMysql(*read, report);
    }
    TakeAll(report.findings(), section, dialect);
    if (section.direction == Direction::kUpgrade) {
      changes_schema_ = std::any_of(read->statements().begin(), read->statements().end(),
                                    [](const auto& statement) { return statement.changes_schema; });
    } else {
      downgrade_is_empty_ = read->statements().empty();
    }
    return !read->statements().empty();
  }

  void CheckSyntax(const LintSection& section, LintReport& report) const {
    const bool meant = IsMeant(section.dialect());
    for (const LintStatement& statement : section.statements()) {
      if (statement.syntax_error.empty()) continue;
      report.Add(meant ? kSyntax : kUnsaid, statement, {.name = statement.syntax_error},
                 statement.syntax_error_offset);
      // Another database's section has one in every other statement.
      if (!meant) return;
    }
  }

  void CheckDowngrade(const Section& upgrade, const Section* downgrade, Dialect dialect) {
    if (downgrade == nullptr) {
      TakeAll({{FindLintRule("no-downgrade"), MarkerOf(upgrade), -1, {}}}, upgrade, dialect);
    } else if (changes_schema_ && downgrade_is_empty_) {
      TakeAll({{FindLintRule("empty-downgrade"), MarkerOf(*downgrade), -1, {}}}, *downgrade,
              dialect);
    }
  }

  void TakeAll(const std::vector<ReportedFinding>& findings, const Section& section,
               Dialect dialect) {
    for (const ReportedFinding& finding : findings) {
      Take(finding, dialect, acknowledgements_.Covers(finding, section.offset));
    }
  }

  // The same in another dialect is one finding.
  void Take(const ReportedFinding& reported, std::optional<Dialect> dialect, bool acknowledged) {
    const LintRule& rule = *reported.rule;
    const std::string message = FillIn(rule.message, reported.names);
    v1::LintFinding& finding = findings_[{reported.offset, std::string(rule.code), message}];
    finding.set_code(std::string(rule.code));
    finding.set_rule(std::string(rule.name));
    finding.set_severity(rule.severity);
    finding.set_revision(revision_.id);
    finding.set_file(revision_.file);
    finding.set_line(LineOf(reported.offset));
    if (dialect.has_value()) finding.add_dialects(ToProto(*dialect));
    finding.set_message(message);
    finding.set_advice(FillIn(rule.advice, reported.names));
    finding.set_acknowledged(acknowledged);
  }

  // From 1.
  int LineOf(size_t offset) const {
    const auto end = std::lower_bound(line_ends_.begin(), line_ends_.end(), offset);
    return static_cast<int>(end - line_ends_.begin()) + 1;
  }

  bool IsLinted(Dialect dialect) const {
    return std::find(dialects_.begin(), dialects_.end(), dialect) != dialects_.end();
  }

  bool IsMeant(Dialect dialect) const { return meant_.contains(dialect); }

  // Whether the rule had its say wherever it can, in the section or (0) in all.
  bool IsJudged(size_t section_offset, const LintRule& rule) const {
    const bool of_meant = rule.name == kRefused || rule.name == kSyntax;
    for (const Section& section : revision_.sections) {
      if (section_offset != 0 && section.offset != section_offset) continue;
      for (Dialect dialect : kAllDialects) {
        const bool served = revision_.FindSection(section.direction, dialect) == &section;
        if (!served || !AppliesTo(rule, dialect)) continue;
        if (!IsLinted(dialect) || (of_meant && !IsMeant(dialect))) return false;
      }
    }
    return true;
  }

  const Revision& revision_;
  const std::vector<Dialect>& dialects_;
  // Those that the project is known to be for.
  const std::set<Dialect>& meant_;
  Acknowledgements acknowledgements_;
  // Where the lines of the file end. A file may have thousands of findings, and counting its
  // lines again for each of them took most of the time.
  const std::vector<size_t> line_ends_;
  // Of the dialect at hand.
  bool changes_schema_ = false;
  bool downgrade_is_empty_ = false;
  // By place, code and message.
  std::map<std::tuple<size_t, std::string, std::string>, v1::LintFinding> findings_;
};

}  // namespace

std::vector<v1::LintFinding> Lint(const Bundle& bundle, absl::Span<const RevisionIndex> revisions,
                                  std::vector<Dialect> dialects) {
  const RevisionGraph& graph = bundle.graph;
  const std::set<Dialect> meant =
      dialects.empty() ? NamedDialects(graph) : std::set<Dialect>(dialects.begin(), dialects.end());
  if (dialects.empty()) dialects = DialectsOf(graph);
  const bool postgresql =
      std::find(dialects.begin(), dialects.end(), Dialect::kPostgresql) != dialects.end();
  const std::set<RevisionIndex> wanted(revisions.begin(), revisions.end());
  const std::vector<bool> before = graph.Ancestors(revisions, /*with_dependencies=*/true);
  LintHistory history;
  std::vector<v1::LintFinding> all;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    const Revision& revision = graph.revision(index);
    if (wanted.contains(index)) {
      for (v1::LintFinding& finding : FileLinter(revision, dialects, meant).Lint(history)) {
        all.push_back(std::move(finding));
      }
    } else if (before[index] && postgresql) {
      const Section* section = revision.FindSection(Direction::kUpgrade, Dialect::kPostgresql);
      if (section == nullptr) continue;
      auto read = LintSection::Read(revision, *section, Dialect::kPostgresql);
      if (read.ok()) history.Take(*read);
    }
  }
  return all;
}

}  // namespace brant
