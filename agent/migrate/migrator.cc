#include "agent/migrate/migrator.h"

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/run_execution.h"

namespace brant {

absl::Status Migrator::Execute(const RunRequest& request, v1::Run& run, RunObserver& observer,
                               CancelToken& cancel) const {
  return RunExecution(database_, options_, request, run, observer, cancel).Execute();
}

absl::Status Migrator::RequestCancel(absl::string_view run_id) const {
  SessionOptions options;
  options.name = absl::StrCat("brant ", options_.agent);
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, database_.Connect(options));
  BRANT_ASSIGN_OR_RETURN(StateTables tables, StateTables::Resolve(database_.dialect(), *session,
                                                                  options_.version_table_schema,
                                                                  options_.version_table));
  return session->Batch({Journal(std::move(tables)).RequestCancel(run_id)});
}

}  // namespace brant
