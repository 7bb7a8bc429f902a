#include "agent/revisions/testing.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"

namespace brant {
namespace {

template <typename T>
T OrEnd(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  fprintf(stderr, "%s\n", DescribeError(value.status()).c_str());
  abort();
}

}  // namespace

std::vector<Revision> MakeRevisions(absl::string_view lines) {
  std::vector<Revision> revisions;
  for (absl::string_view line : absl::StrSplit(lines, '\n', absl::SkipWhitespace())) {
    std::vector<std::string> words = absl::StrSplit(absl::StripAsciiWhitespace(line), ' ');
    std::string file = absl::StrFormat("%02d_%s.sql", revisions.size() + 1, words[0]);
    std::string parents, dependencies, labels;
    for (size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "<") {
        parents = words[++i];
      } else if (words[i] == ":") {
        dependencies = words[++i];
      } else if (words[i] == "=") {
        labels = words[++i];
      } else {
        file = words[i];
      }
    }
    revisions.push_back(OrEnd(ParseRevision(
        file, absl::StrCat("-- message of ", words[0], "\n--\n-- Revision ID: ", words[0],
                           "\n-- Revises: ", parents, "\n-- Branch Labels: ", labels,
                           "\n-- Depends On: ", dependencies,
                           "\n\n-- brant:upgrade\n\n-- brant:downgrade\n"))));
  }
  return revisions;
}

RevisionGraph MakeGraph(absl::string_view lines) {
  return OrEnd(RevisionGraph::Build(MakeRevisions(lines)));
}

std::string Ids(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions) {
  return absl::StrJoin(revisions, " ", [&](std::string* out, RevisionIndex index) {
    out->append(graph.revision(index).id);
  });
}

}  // namespace brant
