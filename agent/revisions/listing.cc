#include "agent/revisions/listing.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace brant {
namespace {

// What a line says besides the id.
struct LineParts {
  bool parents = false;
  bool labels = false;
  bool tree = true;
  bool message = false;
};

class Lister {
 public:
  Lister(const RevisionGraph& graph, const ListingOptions& options)
      : graph_(graph), options_(options) {}

  std::string Entry(RevisionIndex index, const LineParts& parts) const {
    return options_.verbose ? Block(index) : absl::StrCat(Line(index, parts), "\n");
  }

  std::string Line(RevisionIndex index, const LineParts& parts) const {
    const Revision& revision = graph_.revision(index);
    std::string line;
    if (parts.parents) {
      line = Parents(index);
      if (!revision.dependencies.empty()) {
        absl::StrAppend(&line, " (", absl::StrJoin(revision.dependencies, ", "), ")");
      }
      absl::StrAppend(&line, " -> ");
    }
    absl::StrAppend(&line, revision.id);
    if (parts.labels) {
      std::vector<std::string> labels = graph_.LabelsOf(index);
      if (!labels.empty()) absl::StrAppend(&line, " (", absl::StrJoin(labels, ", "), ")");
    }
    if (graph_.IsHead(index)) {
      line += graph_.dependents(index).empty() ? " (head)" : " (effective head)";
    }
    absl::StrAppend(&line, Mark(index));
    if (parts.tree) {
      if (IsBranchPoint(index)) line += " (branchpoint)";
      if (IsMergePoint(index)) line += " (mergepoint)";
    }
    if (parts.message) absl::StrAppend(&line, ", ", revision.Title());
    return line;
  }

  // Ends in an empty line.
  std::string Block(RevisionIndex index) const {
    const Revision& revision = graph_.revision(index);
    std::string block = absl::StrCat(
        "Rev: ", revision.id, graph_.IsHead(index) ? " (head)" : "",
        IsBranchPoint(index) ? " (branchpoint)" : "", IsMergePoint(index) ? " (mergepoint)" : "",
        Mark(index), "\n", IsMergePoint(index) ? "Merges: " : "Parent: ", Parents(index), "\n");
    auto add = [&block](absl::string_view name, const std::vector<std::string>& values) {
      if (!values.empty()) absl::StrAppend(&block, name, ": ", absl::StrJoin(values, ", "), "\n");
    };
    add("Also depends on", revision.dependencies);
    if (IsBranchPoint(index)) add("Branches into", Ids(graph_.children(index)));
    add("Branch names", graph_.LabelsOf(index));
    absl::StrAppend(&block, "Path: ", Path(revision), "\n\n");
    for (absl::string_view line : HeaderLines(revision)) {
      absl::StrAppend(&block, "    ", line, "\n");
    }
    return block + "\n";
  }

  bool IsBranchPoint(RevisionIndex index) const { return graph_.children(index).size() > 1; }

 private:
  bool IsMergePoint(RevisionIndex index) const { return graph_.parents(index).size() > 1; }

  absl::string_view Mark(RevisionIndex index) const {
    const std::string& id = graph_.revision(index).id;
    if (absl::c_linear_search(options_.current, id)) return " (current)";
    return absl::c_linear_search(options_.applied, id) ? " (applied)" : "";
  }

  std::vector<std::string> Ids(absl::Span<const RevisionIndex> revisions) const {
    std::vector<std::string> ids;
    for (RevisionIndex index : revisions) ids.push_back(graph_.revision(index).id);
    return ids;
  }

  std::string Parents(RevisionIndex index) const {
    std::vector<std::string> ids = Ids(graph_.parents(index));
    return ids.empty() ? "<base>" : absl::StrJoin(ids, ", ");
  }

  std::string Path(const Revision& revision) const {
    if (options_.folder.empty()) return revision.file;
    return absl::StrCat(absl::StripSuffix(options_.folder, "/"), "/", revision.file);
  }

  // The message and the fields, as they stand in the file.
  static std::vector<absl::string_view> HeaderLines(const Revision& revision) {
    std::vector<absl::string_view> lines;
    for (absl::string_view line : absl::StrSplit(revision.text, '\n')) {
      if (absl::StartsWith(line, "-- brant:")) break;
      line = absl::StripAsciiWhitespace(line);
      absl::ConsumePrefix(&line, "--");
      absl::ConsumePrefix(&line, " ");
      if (!line.empty() || !lines.empty()) lines.push_back(line);
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
  }

  const RevisionGraph& graph_;
  const ListingOptions& options_;
};

}  // namespace

std::string HistoryText(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions,
                        const ListingOptions& options) {
  Lister lister(graph, options);
  std::string text;
  for (RevisionIndex index : revisions) {
    text += lister.Entry(index, {.parents = true, .labels = true, .message = true});
  }
  return text;
}

std::string HeadsText(const RevisionGraph& graph, bool resolve_dependencies,
                      const ListingOptions& options) {
  Lister lister(graph, options);
  std::string text;
  for (RevisionIndex head : resolve_dependencies ? graph.EffectiveHeads() : graph.Heads()) {
    text += lister.Entry(head, {.labels = true, .tree = false});
  }
  return text;
}

std::string BranchesText(const RevisionGraph& graph, const ListingOptions& options) {
  ListingOptions plain = options;
  plain.current.clear();
  plain.applied.clear();
  Lister lister(graph, plain);
  std::string text;
  for (RevisionIndex index = graph.size() - 1; index >= 0; --index) {
    if (!lister.IsBranchPoint(index)) continue;
    text += lister.Entry(index, {.labels = true});
    std::string indent(graph.revision(index).id.size(), ' ');
    for (RevisionIndex child : graph.children(index)) {
      absl::StrAppend(&text, indent, " -> ",
                      lister.Line(child, {.labels = true, .message = options.verbose}), "\n");
    }
    text += "\n";
  }
  return text;
}

std::string ShowText(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions,
                     const ListingOptions& options) {
  Lister lister(graph, options);
  std::string text;
  for (RevisionIndex index : revisions) text += lister.Block(index);
  return text;
}

std::string CurrentText(const RevisionGraph& graph, absl::Span<const std::string> rows,
                        const ListingOptions& options) {
  std::vector<RevisionIndex> known;
  std::vector<std::string> unknown;
  for (const std::string& row : rows) {
    if (auto index = graph.FindId(row); index.has_value()) {
      known.push_back(*index);
    } else {
      unknown.push_back(row);
    }
  }
  ListingOptions plain = options;
  plain.current.clear();
  plain.applied.clear();
  Lister lister(graph, plain);
  std::string text;
  std::vector<bool> applied = graph.Ancestors(known, /*with_dependencies=*/true);
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    if (applied[index] &&
        absl::c_none_of(graph.children(index), [&](RevisionIndex up) { return applied[up]; })) {
      text += lister.Entry(index, {});
    }
  }
  for (const std::string& row : unknown) {
    absl::StrAppend(&text, row, " (not among the migration files)\n");
  }
  return text;
}

}  // namespace brant
