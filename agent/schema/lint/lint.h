// Looks for what blocks, rewrites or loses data in migration files, and asks no
// database. The rules are in rule.cc; docs/lint.md is about them.

#ifndef BRANT_AGENT_SCHEMA_LINT_LINT_H_
#define BRANT_AGENT_SCHEMA_LINT_LINT_H_

#include <vector>

#include "absl/types/span.h"
#include "agent/base/dialect.h"
#include "agent/revisions/bundle.h"
#include "brant/v1/lint.pb.h"

namespace brant {

// The findings in these revisions, which may be given in any order, in the order
// in which they would be applied, and by line. `dialects` empty: those that every
// file of the bundle has a section for, and if there is none, all; what one of
// them does not understand is then an error only if a section names it.
std::vector<v1::LintFinding> Lint(const Bundle& bundle, absl::Span<const RevisionIndex> revisions,
                                  std::vector<Dialect> dialects);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_LINT_H_
