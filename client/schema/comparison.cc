#include "client/schema/comparison.h"

#include <unistd.h>

#include <iostream>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "client/schema/dialects.h"

namespace brant {
namespace {

absl::StatusOr<v1::SchemaRename> ParseRename(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("--rename ", text, ": this is no OLD=NEW"))
        .Hint("a table: old=new; a column: table.old=new");
  }
  v1::SchemaRename rename;
  rename.set_table(text.substr(0, equals));
  rename.set_new_name(text.substr(equals + 1));
  return rename;
}

absl::Status Undecided(absl::string_view renames) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("this may have been renamed, or dropped and added: ", renames))
      .Hint(
          "say which: --rename OLD=NEW for each that was renamed, and --no-renames if the rest "
          "was not");
}

// What a person answers. Error: INVALID_REQUEST at the end of the input.
absl::StatusOr<bool> Confirms(const v1::SchemaRename& rename) {
  const std::string old_name =
      rename.column().empty() ? rename.table() : absl::StrCat(rename.table(), ".", rename.column());
  std::string answer;
  for (;;) {
    std::cerr << "Was " << EscapeControl(old_name) << " renamed to "
              << EscapeControl(rename.new_name()) << "? [y/n] " << std::flush;
    if (!std::getline(std::cin, answer)) return Undecided(FormatRename(rename));
    absl::AsciiStrToLower(&answer);
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

bool HasTerminal() { return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0; }

}  // namespace

void ComparisonFlags::Declare(Flags& flags) {
  desired.Declare(flags);
  flags.List("--rename", "OLD=NEW", &renames,
             "What was renamed: table=new or table.column=new (several times)");
  flags.Switch("--no-renames", &no_renames,
               "Nothing was renamed: what is missing is dropped, what is new is added");
}

absl::Status CheckUpToDate(Context& context) {
  BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
  BRANT_ASSIGN_OR_RETURN(const v1::GetStatusResponse response,
                         agent->GetStatus(context.migrations()));
  if (response.status().state() == v1::STATUS_STATE_UP_TO_DATE) return absl::OkStatus();
  return Error(v1::ERROR_REASON_CHECK_FAILED, "Target database is not up to date.")
      .Hint("'brant upgrade heads' brings it there; 'brant status' says what is missing");
}

absl::StatusOr<v1::CompareSchemaResponse> CompareSchema(Context& context,
                                                        const ComparisonFlags& flags,
                                                        bool all_dialects) {
  // Asked for or not, a setting that is wrong is said.
  BRANT_ASSIGN_OR_RETURN(const std::vector<v1::Dialect> dialects, ReadDialects(context));
  BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
  v1::CompareSchemaRequest request;
  *request.mutable_selection() = ReadSelection(context);
  BRANT_ASSIGN_OR_RETURN(*request.mutable_desired(), ReadDesiredSchema(context, flags.desired));
  for (const std::string& text : flags.renames) {
    BRANT_ASSIGN_OR_RETURN(*request.add_renames(), ParseRename(text));
  }
  if (all_dialects) request.mutable_dialects()->Assign(dialects.begin(), dialects.end());
  auto compared = agent->CompareSchema(context.migrations(), std::move(request));
  if (!compared.ok()) return WithAdvice(compared.status());
  return compared;
}

absl::StatusOr<v1::CompareSchemaResponse> CompareAndDecide(Context& context,
                                                           ComparisonFlags flags) {
  // The database's own dialect is enough to ask.
  BRANT_ASSIGN_OR_RETURN(const std::vector<v1::Dialect> dialects, ReadDialects(context));
  const bool has_others = dialects.size() > 1;
  BRANT_ASSIGN_OR_RETURN(const v1::CompareSchemaResponse own,
                         CompareSchema(context, flags, /*all_dialects=*/!has_others));
  bool confirmed_any = false;
  if (!flags.no_renames && !own.suggested_renames().empty()) {
    if (!HasTerminal()) {
      return Undecided(absl::StrJoin(own.suggested_renames(), ", ",
                                     [](std::string* out, const v1::SchemaRename& rename) {
                                       absl::StrAppend(out, FormatRename(rename));
                                     }));
    }
    for (const v1::SchemaRename& rename : own.suggested_renames()) {
      BRANT_ASSIGN_OR_RETURN(const bool confirmed, Confirms(rename));
      if (confirmed) flags.renames.push_back(FormatRename(rename));
      confirmed_any = confirmed_any || confirmed;
    }
  }
  if (!confirmed_any && !has_others) return own;
  return CompareSchema(context, flags, /*all_dialects=*/true);
}

std::string FormatChange(const v1::SchemaChange& change) {
  const char* sign = "~";
  if (change.action() == v1::SchemaChange::ACTION_CREATE) sign = "+";
  if (change.action() == v1::SchemaChange::ACTION_DROP) sign = "-";
  const bool renamed = change.action() == v1::SchemaChange::ACTION_RENAME;
  std::vector<std::string> dialects;
  for (int number : change.dialects()) {
    const auto dialect = FromProto(static_cast<v1::Dialect>(number));
    if (dialect.has_value()) dialects.emplace_back(DialectName(*dialect));
  }
  return EscapeControl(
      absl::StrCat(sign, " ", change.kind(), " ", change.name(),
                   change.detail().empty() ? ""
                   : renamed               ? ": renamed "
                                           : ": ",
                   change.detail(),
                   dialects.empty() ? "" : absl::StrCat(" (", absl::StrJoin(dialects, ", "), ")")));
}

std::string FormatRename(const v1::SchemaRename& rename) {
  return absl::StrCat(rename.table(), rename.column().empty() ? "" : ".", rename.column(), "=",
                      rename.new_name());
}

}  // namespace brant
