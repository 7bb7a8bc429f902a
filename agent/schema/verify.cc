#include "agent/schema/verify.h"

#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/migrate/statement_error.h"
#include "agent/revisions/identifier.h"
#include "agent/schema/compare/comparison.h"
#include "agent/schema/scratch_run.h"

namespace brant {
namespace {

// The version rows of a database that has these revisions.
std::vector<std::string> RowsOf(const RevisionGraph& graph, const std::vector<bool>& applied) {
  std::vector<std::string> rows;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    const auto is_applied = [&applied](RevisionIndex other) { return applied[other]; };
    if (applied[index] && absl::c_none_of(graph.children(index), is_applied) &&
        absl::c_none_of(graph.dependents(index), is_applied)) {
      rows.push_back(graph.revision(index).id);
    }
  }
  return rows;
}

std::vector<RevisionIndex> Flagged(const std::vector<bool>& flags) {
  std::vector<RevisionIndex> indices;
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) indices.push_back(static_cast<RevisionIndex>(i));
  }
  return indices;
}

// All revisions to run, in order: first what the chosen ones do not bear upon.
std::vector<RevisionIndex> OrderOf(const RevisionGraph& graph, const VerifyRequest& request) {
  const std::vector<RevisionIndex> chosen = Flagged(request.chosen);
  const std::vector<bool> needed = graph.Ancestors(chosen, /*with_dependencies=*/true);
  const std::vector<bool> after = graph.Descendants(chosen, /*with_dependents=*/true);
  std::vector<bool> first(graph.size());
  std::vector<bool> then(graph.size());
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    first[index] = !after[index] && (needed[index] || request.applied[index]);
    then[index] = after[index] && needed[index];
  }
  std::vector<RevisionIndex> order = graph.ApplyOrder(first);
  absl::c_copy(graph.ApplyOrder(then), std::back_inserter(order));
  return order;
}

// Texts that differ in blanks alone are equal: SQLite and MySQL keep those of
// triggers as they were written.
std::map<std::string, std::string> TriggersOf(const Table& table) {
  std::map<std::string, std::string> triggers;
  for (const Trigger& trigger : table.triggers) {
    triggers[absl::StrCat(Describe(table.name), ".", trigger.name)] = absl::StrJoin(
        absl::StrSplit(trigger.definition, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " ");
  }
  return triggers;
}

v1::SchemaChange ChangeOf(v1::SchemaChange::Action action, const char* kind,
                          const std::string& name) {
  v1::SchemaChange change;
  change.set_action(action);
  change.set_kind(kind);
  change.set_name(name);
  return change;
}

// A comparison of schemas leaves triggers alone, since models say nothing of them.
void AddTriggerChanges(const Catalog& from, const Catalog& to,
                       std::vector<v1::SchemaChange>& changes) {
  for (const Table& table : from.tables) {
    const Table* other = FindTable(to, table.name);
    // They come and go with their table.
    if (other == nullptr) continue;
    const auto before = TriggersOf(table);
    const auto after = TriggersOf(*other);
    for (const auto& [name, text] : before) {
      const auto found = after.find(name);
      if (found == after.end()) {
        changes.push_back(ChangeOf(v1::SchemaChange::ACTION_DROP, "trigger", name));
      } else if (found->second != text) {
        changes.push_back(ChangeOf(v1::SchemaChange::ACTION_ALTER, "trigger", name));
      }
    }
    for (const auto& [name, text] : after) {
      if (!before.contains(name)) {
        changes.push_back(ChangeOf(v1::SchemaChange::ACTION_CREATE, "trigger", name));
      }
    }
  }
}

void AddSchemaChanges(const std::vector<std::string>& from, const std::vector<std::string>& to,
                      std::vector<v1::SchemaChange>& changes) {
  for (const std::string& name : from) {
    if (absl::c_linear_search(to, name)) continue;
    changes.push_back(ChangeOf(v1::SchemaChange::ACTION_DROP, "schema", name));
  }
  for (const std::string& name : to) {
    if (absl::c_linear_search(from, name)) continue;
    changes.push_back(ChangeOf(v1::SchemaChange::ACTION_CREATE, "schema", name));
  }
}

// What a scratch database holds.
struct Snapshot {
  Catalog catalog;
  // PostgreSQL.
  std::vector<std::string> schemas;
};

class Verifier {
 public:
  Verifier(Database& server, const VerifyRequest& request, CancelToken& cancel)
      : server_(server), request_(request), cancel_(cancel), selection_(request.selection) {}

  absl::Status Run(const std::function<void(const Verification&)>& on_done) {
    BRANT_RETURN_IF_ERROR(BeginAnew());
    std::vector<RevisionIndex> order = OrderOf(request_.bundle->graph, request_);
    for (RevisionIndex index : order) {
      if (!request_.chosen[index]) {
        BRANT_RETURN_IF_ERROR(Up(index));
        // It is read again when it is needed.
        state_.reset();
      } else {
        BRANT_ASSIGN_OR_RETURN(const Verification verification, Verify(index));
        on_done(verification);
      }
      done_.push_back(index);
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<Verification> Verify(RevisionIndex index) {
    const Revision& revision = request_.bundle->graph.revision(index);
    Verification result;
    result.revision = &revision;
    result.irreversible = revision.FindSection(Direction::kDowngrade, server_.dialect()) == nullptr;
    if (result.irreversible) {
      BRANT_RETURN_IF_ERROR(Up(index));
      state_.reset();
      return result;
    }
    if (!state_.has_value()) {
      BRANT_ASSIGN_OR_RETURN(state_, Look());
    }
    BRANT_RETURN_IF_ERROR(Up(index));
    BRANT_ASSIGN_OR_RETURN(Snapshot after, Look());
    BRANT_RETURN_IF_ERROR(Execute(index, Direction::kDowngrade));
    BRANT_ASSIGN_OR_RETURN(const Snapshot restored, Look());
    BRANT_ASSIGN_OR_RETURN(result.differences, Compare(*state_, restored));
    // What the downgrade left behind would be in the second upgrade's way.
    if (result.differences.empty()) {
      BRANT_RETURN_IF_ERROR(UpAgain(index));
      BRANT_ASSIGN_OR_RETURN(const Snapshot again, Look());
      BRANT_ASSIGN_OR_RETURN(result.second_upgrade_differences, Compare(after, again));
    }
    if (!result.differences.empty() || !result.second_upgrade_differences.empty()) {
      BRANT_RETURN_IF_ERROR(BeginAnew());
      BRANT_RETURN_IF_ERROR(Up(index));
    }
    state_ = std::move(after);
    return result;
  }

  // A new scratch database, in which what was done is done again.
  absl::Status BeginAnew() {
    run_.reset();
    BRANT_ASSIGN_OR_RETURN(run_, ScratchRun::Begin(server_, cancel_));
    for (RevisionIndex index : done_) BRANT_RETURN_IF_ERROR(Up(index));
    return absl::OkStatus();
  }

  absl::Status Up(RevisionIndex index) { return Execute(index, Direction::kUpgrade); }

  // The statement worked the first time, so it is told apart.
  absl::Status UpAgain(RevisionIndex index) {
    absl::Status status = Up(index);
    if (status.ok() || IsStopped(status)) return status;
    return WithEffect(std::move(status),
                      "this was the second upgrade, after the downgrade, which may have left "
                      "something in its way, such as rows");
  }

  absl::Status Execute(RevisionIndex index, Direction direction) {
    absl::Status status = run_->Execute(*request_.bundle, index, direction);
    if (ReasonOf(status) != v1::ERROR_REASON_UNSUPPORTED_STATEMENT) return status;
    return WithEffect(std::move(status), "leave its revision out of the range");
  }

  // On PostgreSQL, without a choice, of all schemas.
  absl::StatusOr<Snapshot> Look() {
    Snapshot snapshot;
    if (server_.dialect() == Dialect::kPostgresql && request_.selection.schemas.empty()) {
      BRANT_ASSIGN_OR_RETURN(snapshot.schemas, run_->ListSchemas());
      selection_.schemas = snapshot.schemas;
    }
    BRANT_ASSIGN_OR_RETURN(snapshot.catalog, run_->Introspect(selection_));
    return snapshot;
  }

  absl::StatusOr<std::vector<v1::SchemaChange>> Compare(const Snapshot& from, const Snapshot& to) {
    BRANT_ASSIGN_OR_RETURN(
        std::vector<v1::SchemaChange> changes,
        ListDifferences(run_->database(), selection_, from.catalog, to.catalog, cancel_));
    AddTriggerChanges(from.catalog, to.catalog, changes);
    AddSchemaChanges(from.schemas, to.schemas, changes);
    return changes;
  }

  Database& server_;
  const VerifyRequest& request_;
  CancelToken& cancel_;
  Selection selection_;
  std::unique_ptr<ScratchRun> run_;
  // Applied in the scratch database, in this order.
  std::vector<RevisionIndex> done_;
  // What the scratch database holds; unset: not known.
  std::optional<Snapshot> state_;
};

}  // namespace

absl::StatusOr<std::vector<bool>> ChooseRevisions(const RevisionGraph& graph,
                                                  absl::string_view range,
                                                  const std::vector<bool>& applied) {
  std::vector<bool> chosen(graph.size());
  range = absl::StripAsciiWhitespace(range);
  if (range.empty()) {
    for (RevisionIndex index = 0; index < graph.size(); ++index) chosen[index] = !applied[index];
    return chosen;
  }
  std::vector<RevisionIndex> revisions;
  if (absl::StrContains(range, ':')) {
    BRANT_ASSIGN_OR_RETURN(revisions, ResolveHistory(graph, range, RowsOf(graph, applied)));
  } else {
    BRANT_ASSIGN_OR_RETURN(revisions, ResolveRevisions(graph, range));
  }
  for (RevisionIndex index : revisions) chosen[index] = true;
  return chosen;
}

absl::Status VerifyRevisions(Database& server, const VerifyRequest& request, CancelToken& cancel,
                             const std::function<void(const Verification&)>& on_done) {
  // Nothing to choose from needs no scratch database.
  if (!absl::c_linear_search(request.chosen, true)) return absl::OkStatus();
  return Verifier(server, request, cancel).Run(on_done);
}

}  // namespace brant
