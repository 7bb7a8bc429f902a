// Collects findings of one section.

#ifndef BRANT_AGENT_SCHEMA_LINT_REPORT_H_
#define BRANT_AGENT_SCHEMA_LINT_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/lint/rule.h"
#include "agent/schema/lint/section.h"

namespace brant {

// What a finding is about: for the placeholders of a rule's texts.
struct LintNames {
  std::string table = {};
  std::string column = {};
  std::string name = {};
};

struct ReportedFinding {
  const LintRule* rule;
  // Where in the file.
  size_t offset;
  // The statement's place in the section; -1: the section as a whole.
  int statement;
  LintNames names;
};

class LintReport {
 public:
  explicit LintReport(Direction direction) : direction_(direction) {}

  // `within`: where in the statement, in bytes.
  void Add(absl::string_view rule, const LintStatement& statement, LintNames names,
           size_t within = 0);

  const std::vector<ReportedFinding>& findings() const { return findings_; }

 private:
  const Direction direction_;
  std::vector<ReportedFinding> findings_;
};

// A rule's text with its placeholders filled in.
std::string FillIn(absl::string_view text, const LintNames& names);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_REPORT_H_
