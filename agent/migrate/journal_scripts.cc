// The scripts that were applied, as the journal keeps them.

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/journal_rows.h"

namespace brant {
namespace {

// Rows in the order in which they were stored: the last one of a revision counts.
std::vector<StoredScript> LatestScripts(const Rows& rows) {
  std::vector<StoredScript> scripts;
  absl::flat_hash_map<std::string, size_t> places;
  for (const auto& row : rows) {
    StoredScript script;
    script.revision = row[0].value_or("");
    script.checksum = row[1].value_or("");
    script.file = row[2].value_or("");
    if (row.size() > 3) script.text = row[3].value_or("");
    auto [place, is_new] = places.try_emplace(script.revision, scripts.size());
    if (is_new) {
      scripts.push_back(std::move(script));
    } else {
      scripts[place->second] = std::move(script);
    }
  }
  return scripts;
}

}  // namespace

absl::StatusOr<std::vector<StoredScript>> Journal::ReadChecksums(Session& session) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT revision, checksum, file FROM ",
                                                    tables_.Scripts(), " ORDER BY store_time")));
  return LatestScripts(rows);
}

absl::StatusOr<std::vector<StoredScript>> Journal::ReadScripts(
    Session& session, absl::Span<const std::string> revisions) const {
  std::vector<Value> args(revisions.begin(), revisions.end());
  const std::string marks = absl::StrJoin(std::vector<absl::string_view>(args.size(), "?"), ", ");
  if (args.empty()) return std::vector<StoredScript>();
  BRANT_ASSIGN_OR_RETURN(
      Rows rows,
      session.Query(absl::StrCat("SELECT revision, checksum, file, script FROM ", tables_.Scripts(),
                                 " WHERE revision IN (", marks, ") ORDER BY store_time"),
                    args));
  return LatestScripts(rows);
}

absl::StatusOr<Journal::Needs> Journal::ReadNeeds(Session& session) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT revision, parents, dependencies FROM ",
                                                    tables_.Scripts(), " ORDER BY store_time")));
  Needs needs;
  for (const auto& row : rows) {
    std::vector<std::string>& ids = needs[row[0].value_or("")];
    ids = absl::StrSplit(row[1].value_or(""), ',', absl::SkipEmpty());
    for (absl::string_view id : absl::StrSplit(row[2].value_or(""), ',', absl::SkipEmpty())) {
      ids.emplace_back(id);
    }
  }
  return needs;
}

BoundStatement Journal::StoreScript(const Revision& revision) const {
  // The checksum is the key and tells the content; the time says which of a
  // revision's scripts was applied last.
  return {absl::StrCat("INSERT INTO ", tables_.Scripts(),
                       " (checksum, revision, parents, dependencies, file, script, store_time) "
                       "VALUES (?, ?, ?, ?, ?, ?, ",
                       // The server's: agents' clocks may differ.
                       NowText(), ")", OnConflict(tables_.dialect(), "checksum", {"store_time"})),
          {revision.checksum, revision.id, absl::StrJoin(revision.parents, ","),
           absl::StrJoin(revision.dependencies, ","), revision.file, revision.text}};
}

}  // namespace brant
