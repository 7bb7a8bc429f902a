#ifndef BRANT_AGENT_SCHEMA_MYSQL_RUN_PLAN_H_
#define BRANT_AGENT_SCHEMA_MYSQL_RUN_PLAN_H_

#include <optional>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/schema/catalog.h"
#include "agent/schema/mysql/evaluation_plan.h"
#include "agent/schema/schema_driver.h"

namespace brant::mysql {

// What the plan makes of the empty scratch database that the session is in. Nothing if a
// statement fails, or if it is not certain that the same would come of the statements as
// they are written; these, in another scratch database, have the last word. So it is for
// MySQL, of which none was at hand to test this with. Error: the reason of `cancel`.
absl::StatusOr<std::optional<Catalog>> RunPlan(Session& session, const EvaluationPlan& plan,
                                               const Selection& selection,
                                               const CancelToken& cancel);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_RUN_PLAN_H_
