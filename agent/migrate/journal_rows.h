// How the journal's rows are read and written; for the sources of Journal only.

#ifndef BRANT_AGENT_MIGRATE_JOURNAL_ROWS_H_
#define BRANT_AGENT_MIGRATE_JOURNAL_ROWS_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "brant/v1/run.pb.h"

namespace brant {

// The columns of a run's row, in the order in which ParseRun takes them.
inline constexpr absl::string_view kRunColumns =
    "id, epoch, request_id, kind, target, bundle_digest, actor, agent, state, steps_total, "
    "steps_done, from_revisions, to_revisions, create_time, start_time, end_time, error";
inline constexpr size_t kRunColumnCount = 17;

v1::Run ParseRun(const std::vector<std::optional<std::string>>& row);

// 0 for NULL and for what is no number.
int64_t ToInt(const std::optional<std::string>& text);

// What makes an INSERT overwrite `columns` of the row that has the same key.
std::string OnConflict(Dialect dialect, absl::string_view key,
                       std::initializer_list<absl::string_view> columns);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_JOURNAL_ROWS_H_
