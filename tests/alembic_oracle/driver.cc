// Answers commands about revision graphs, for oracle.py to compare with
// Alembic's answers.
//
// Each line of the input is one command, its words separated by tabs, lists by
// commas:
//   graph                     begins a new graph
//   revision ID PARENTS DEPENDENCIES LABELS FILE MESSAGE
//   build                     ends the graph
//   upgrade|downgrade ROWS TARGET
//   stamp ROWS TARGETS
//   history ROWS RANGE FLAGS  (FLAGS: v verbose, c mark the rows as current)
//   heads FLAGS               (r: resolve dependencies)
//   branches FLAGS
//   show IDENTIFIER
//   current ROWS FLAGS
// Each but `graph` and `revision` is answered by one line: `ok` and the result,
// or `error`, its reason and its message. Newlines are written as \n.

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/revisions/graph.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/listing.h"
#include "agent/revisions/new_revision.h"
#include "agent/revisions/walk.h"

namespace brant {
namespace {

std::vector<std::string> List(const std::string& text) {
  return absl::StrSplit(text, ',', absl::SkipEmpty());
}

// `id:removed rows:added rows` for each move.
absl::StatusOr<std::string> MovesText(const RevisionGraph& graph,
                                      const absl::StatusOr<std::vector<Move>>& moves) {
  if (!moves.ok()) return moves.status();
  return absl::StrJoin(*moves, " ", [&](std::string* out, const Move& move) {
    absl::StrAppend(out, graph.revision(move.revision).id, ":",
                    absl::StrJoin(move.rows_removed, ","), ":",
                    absl::StrJoin(move.rows_added, ","));
  });
}

ListingOptions Options(const std::vector<std::string>& rows, absl::string_view flags) {
  ListingOptions options;
  options.folder = "versions";
  options.verbose = absl::StrContains(flags, 'v');
  if (absl::StrContains(flags, 'c')) options.current = rows;
  return options;
}

absl::StatusOr<Revision> ReadRevision(const std::vector<std::string>& words) {
  Revision revision;
  revision.id = words[1];
  revision.parents = List(words[2]);
  revision.dependencies = List(words[3]);
  revision.labels = List(words[4]);
  revision.message = words[6];
  return ParseRevision(words[5], RenderRevision(revision, {{Direction::kUpgrade}}));
}

absl::StatusOr<std::string> Answer(const RevisionGraph& graph,
                                   const std::vector<std::string>& words) {
  const std::string& command = words[0];
  if (command == "upgrade") {
    return MovesText(graph, WalkUpgrade(graph, List(words[1]), words[2]));
  }
  if (command == "downgrade") {
    return MovesText(graph, WalkDowngrade(graph, List(words[1]), words[2]));
  }
  if (command == "stamp") {
    BRANT_ASSIGN_OR_RETURN(RowChange change, WalkStamp(graph, List(words[1]), List(words[2]),
                                                       /*purge=*/false));
    return absl::StrCat(absl::StrJoin(change.removed, ","), ":", absl::StrJoin(change.added, ","));
  }
  if (command == "history") {
    std::vector<std::string> rows = List(words[1]);
    BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> listed,
                           ResolveHistory(graph, words[2], rows));
    return HistoryText(graph, listed, Options(rows, words[3]));
  }
  if (command == "heads") {
    return HeadsText(graph, absl::StrContains(words[1], 'r'), Options({}, words[1]));
  }
  if (command == "branches") return BranchesText(graph, Options({}, words[1]));
  if (command == "show") {
    BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> found, ResolveRevisions(graph, words[1]));
    return ShowText(graph, found, Options({}, ""));
  }
  if (command == "current") {
    return CurrentText(graph, List(words[1]), Options({}, words[2]));
  }
  return Error(v1::ERROR_REASON_INTERNAL, absl::StrCat("unknown command ", command));
}

void Print(const absl::StatusOr<std::string>& answer) {
  std::string line = answer.ok()
                         ? absl::StrCat("ok\t", *answer)
                         : absl::StrCat("error\t", v1::ErrorReason_Name(ReasonOf(answer.status())),
                                        "\t", answer.status().message());
  std::cout << absl::StrReplaceAll(line, {{"\n", "\\n"}}) << std::endl;
}

int Main() {
  std::vector<Revision> revisions;
  RevisionGraph graph;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::vector<std::string> words = absl::StrSplit(line, '\t');
    if (words[0] == "graph") {
      revisions.clear();
    } else if (words[0] == "revision") {
      absl::StatusOr<Revision> revision = ReadRevision(words);
      if (!revision.ok()) {
        std::cerr << DescribeError(revision.status()) << "\n";
        return 1;
      }
      revisions.push_back(*std::move(revision));
    } else if (words[0] == "build") {
      absl::StatusOr<RevisionGraph> built = RevisionGraph::Build(std::move(revisions));
      Print(built.ok() ? absl::StatusOr<std::string>("") : built.status());
      graph = built.ok() ? *std::move(built) : RevisionGraph();
    } else {
      Print(Answer(graph, words));
    }
  }
  return 0;
}

}  // namespace
}  // namespace brant

int main() { return brant::Main(); }
