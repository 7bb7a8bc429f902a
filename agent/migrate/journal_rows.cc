#include "agent/migrate/journal_rows.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace brant {

using ::google::protobuf::Timestamp;
using ::google::protobuf::util::TimeUtil;

int64_t ToInt(const std::optional<std::string>& text) {
  int64_t value = 0;
  return text.has_value() && absl::SimpleAtoi(*text, &value) ? value : 0;
}

v1::Run ParseRun(const std::vector<std::optional<std::string>>& row) {
  auto text = [&row](size_t column) { return row[column].value_or(""); };
  auto revisions = [&text](size_t column, auto* field) {
    for (absl::string_view id : absl::StrSplit(text(column), ',', absl::SkipEmpty())) {
      field->Add(std::string(id));
    }
  };
  auto time = [&row](size_t column, Timestamp* field) {
    if (row[column].has_value()) TimeUtil::FromString(*row[column], field);
  };
  v1::Run run;
  run.set_id(text(0));
  run.set_epoch(ToInt(row[1]));
  run.set_request_id(text(2));
  v1::RunKind kind;
  if (v1::RunKind_Parse(absl::StrCat("RUN_KIND_", absl::AsciiStrToUpper(text(3))), &kind)) {
    run.set_kind(kind);
  }
  run.set_target(text(4));
  run.set_bundle_digest(text(5));
  run.set_actor(text(6));
  run.set_agent(text(7));
  v1::RunState state;
  if (v1::RunState_Parse(absl::StrCat("RUN_STATE_", absl::AsciiStrToUpper(text(8))), &state)) {
    run.set_state(state);
  }
  run.set_steps_total(static_cast<int>(ToInt(row[9])));
  run.set_steps_done(static_cast<int>(ToInt(row[10])));
  revisions(11, run.mutable_from_revisions());
  revisions(12, run.mutable_to_revisions());
  time(13, run.mutable_create_time());
  time(14, run.mutable_start_time());
  if (row[15].has_value()) time(15, run.mutable_end_time());
  if (row[16].has_value()) {
    (void)google::protobuf::util::JsonStringToMessage(*row[16], run.mutable_error());
  }
  return run;
}

std::string OnConflict(Dialect dialect, absl::string_view key,
                       std::initializer_list<absl::string_view> columns) {
  const bool mysql = dialect == Dialect::kMysql;
  return absl::StrCat(
      mysql ? " ON DUPLICATE KEY UPDATE " : absl::StrCat(" ON CONFLICT (", key, ") DO UPDATE SET "),
      absl::StrJoin(columns, ", ", [mysql](std::string* out, absl::string_view column) {
        absl::StrAppend(out, column, mysql ? " = VALUES(" : " = excluded.", column,
                        mysql ? ")" : "");
      }));
}

}  // namespace brant
