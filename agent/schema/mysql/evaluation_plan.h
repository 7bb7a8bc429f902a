#ifndef BRANT_AGENT_SCHEMA_MYSQL_EVALUATION_PLAN_H_
#define BRANT_AGENT_SCHEMA_MYSQL_EVALUATION_PLAN_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "agent/schema/mysql/foreign_keys.h"
#include "agent/schema/scratch.h"

namespace brant::mysql {

// How a desired schema is evaluated with temporary tables.
//
// A temporary table costs the server a twentieth of another one, because it is in no
// dictionary and no file of its own. It can have all but foreign keys, which are taken
// out of the statements, and what is said elsewhere may not speak of it: what a view, a
// trigger or a routine names, and what is made in an unknown way, is made as it is.
struct EvaluationPlan {
  // To be run in this order.
  std::vector<std::string> statements;
  // The temporary tables.
  std::vector<std::string> temporary_tables;
  // There is more to be made than temporary tables.
  bool has_others = false;
  KeysByTable foreign_keys;
  // Names of indexes that have statements of their own, among others; in lower case.
  std::set<std::string> late_indexes;
};

// Nothing if a statement is such that only running all of them as they are shows what
// they make.
std::optional<EvaluationPlan> PlanEvaluation(absl::Span<const ScratchStatement> statements);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_EVALUATION_PLAN_H_
