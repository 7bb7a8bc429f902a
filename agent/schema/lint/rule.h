// What `brant lint` knows to look for: one table of rules (rule.cc), which
// docs/lint.md shows.

#ifndef BRANT_AGENT_SCHEMA_LINT_RULE_H_
#define BRANT_AGENT_SCHEMA_LINT_RULE_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/base/dialect.h"
#include "brant/v1/lint.pb.h"

namespace brant {

// In texts, {table}, {column} and {name} stand for what a finding is about.
struct LintRule {
  absl::string_view code;
  absl::string_view name;
  v1::LintSeverity severity;
  // Names of dialects, or "all".
  absl::string_view databases;
  // What it is and why it matters.
  absl::string_view message;
  // The SQL to use instead, or what to do.
  absl::string_view advice;
  // It counts in downgrades too, which may lose data and lock tables.
  bool in_downgrades = false;
};

// By code.
absl::Span<const LintRule> AllLintRules();

bool AppliesTo(const LintRule& rule, Dialect dialect);

// Null if there is none of that code or name.
const LintRule* FindLintRule(absl::string_view code_or_name);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_RULE_H_
