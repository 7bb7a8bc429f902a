#include "agent/migrate/stored_scripts.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "dtl/dtl.hpp"

namespace brant {
namespace {

constexpr size_t kMaxDiffLines = 40;
constexpr size_t kMaxNamed = 20;

std::vector<std::string> Lines(absl::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (std::string& line : lines) {
    if (absl::EndsWith(line, "\r")) line.pop_back();
  }
  return lines;
}

// A name that no file of the bundle has: those of stored scripts may clash.
std::string FreeName(const StoredScript& script, const absl::flat_hash_set<std::string>& taken) {
  if (!taken.contains(script.file)) return script.file;
  return absl::StrCat(script.file.substr(0, script.file.rfind('.')), "_", script.revision, ".sql");
}

}  // namespace

std::vector<EditedRevision> FindEdited(const Bundle& bundle, absl::Span<const std::string> rows,
                                       std::vector<StoredScript> scripts) {
  const RevisionGraph& graph = bundle.graph;
  std::vector<RevisionIndex> known;
  for (const std::string& row : rows) {
    if (auto index = graph.FindId(row)) known.push_back(*index);
  }
  const std::vector<bool> applied = graph.Ancestors(known, /*with_dependencies=*/true);
  std::vector<std::pair<RevisionIndex, EditedRevision>> found;
  for (StoredScript& script : scripts) {
    const auto index = graph.FindId(script.revision);
    if (!index.has_value() || !applied[*index]) continue;
    const Revision& revision = graph.revision(*index);
    if (revision.checksum != script.checksum) {
      found.emplace_back(*index, EditedRevision{&revision, std::move(script)});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<EditedRevision> edited;
  for (auto& [index, revision] : found) edited.push_back(std::move(revision));
  return edited;
}

absl::Status EditedError(const std::vector<EditedRevision>& edited) {
  const EditedRevision& first = edited.front();
  std::string message;
  for (size_t i = 0; i < edited.size() && i < kMaxNamed; ++i) {
    // The first one is the error's place, which is shown before the message.
    absl::StrAppend(&message, i == 0 ? "" : absl::StrCat("\n", edited[i].revision->file, ": "),
                    "edited after it was applied: applied with checksum ",
                    edited[i].applied.checksum, ", now ", edited[i].revision->checksum);
  }
  if (edited.size() > kMaxNamed) {
    absl::StrAppend(&message, "\nand ", edited.size() - kMaxNamed, " files more");
  }
  absl::StrAppend(&message, "\n",
                  DiffLines(first.applied.text, first.revision->text, kMaxDiffLines));
  return Error(v1::ERROR_REASON_CHECKSUM_MISMATCH, message)
      .Revision(first.revision->id)
      .At(first.revision->file)
      .Hint(
          "restore the file and write the change as a new revision; or accept the new text with "
          "'brant repair --accept-edited', or run once with --allow-edited");
}

std::string EditedNotice(const std::vector<EditedRevision>& edited) {
  std::vector<std::string> files;
  for (size_t i = 0; i < edited.size() && i < kMaxNamed; ++i) {
    files.push_back(edited[i].revision->file);
  }
  if (edited.size() > kMaxNamed) {
    files.push_back(absl::StrCat("and ", edited.size() - kMaxNamed, " more"));
  }
  return absl::StrCat(absl::StrJoin(files, ", "),
                      edited.size() == 1 ? " was edited after it was applied"
                                         : " were edited after they were applied",
                      ": the change was not run, and the next upgrade that has something to do will"
                      " be refused; restore the text and write the change as a new revision, or"
                      " accept it with 'brant repair --accept-edited'");
}

std::string DiffLines(absl::string_view before, absl::string_view after, size_t max_lines) {
  dtl::Diff<std::string> diff(Lines(before), Lines(after));
  diff.onHuge();
  diff.compose();
  diff.composeUnifiedHunks();
  std::ostringstream out;
  diff.printUnifiedFormat(out);
  std::vector<std::string> lines = absl::StrSplit(out.str(), '\n', absl::SkipEmpty());
  const size_t total = lines.size();
  if (total > max_lines) {
    lines.resize(max_lines);
    lines.push_back(absl::StrCat("… and ", total - max_lines, " lines more"));
  }
  return absl::StrCat("--- applied\n+++ file\n", absl::StrJoin(lines, "\n"));
}

absl::StatusOr<std::shared_ptr<const Bundle>> AddScripts(const Bundle& bundle,
                                                         std::vector<StoredScript> scripts) {
  const RevisionGraph& graph = bundle.graph;
  std::vector<SourceFile> files;
  absl::flat_hash_set<std::string> names;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    const Revision& revision = graph.revision(index);
    files.push_back({revision.file, revision.text});
    names.insert(revision.file);
  }
  for (StoredScript& script : scripts) {
    std::string name = FreeName(script, names);
    names.insert(name);
    files.push_back({std::move(name), std::move(script.text)});
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; });
  return MakeBundle(std::move(files));
}

}  // namespace brant
