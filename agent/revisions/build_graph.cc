#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/revisions/graph.h"

namespace brant {
namespace {

using Edges = std::vector<std::vector<int>>;
using NameMap = absl::flat_hash_map<absl::string_view, int>;

Error GraphError(absl::string_view message, const Revision& revision, int line) {
  Error error(v1::ERROR_REASON_INVALID_GRAPH, message);
  error.At(revision.file, line).Revision(revision.id);
  return error;
}

// Ids and labels, which share one space of names.
struct Names {
  NameMap ids;
  NameMap labels;
};

absl::StatusOr<Names> CollectNames(const std::vector<Revision>& revisions) {
  Names names;
  names.ids.reserve(revisions.size());
  for (int i = 0; i < static_cast<int>(revisions.size()); ++i) {
    const Revision& revision = revisions[i];
    auto [place, is_new] = names.ids.emplace(revision.id, i);
    if (is_new) continue;
    const Revision& first = revisions[place->second];
    return GraphError(absl::StrCat("Revision ", revision.id, " is present more than once: in ",
                                   first.file, " and in ", revision.file),
                      revision, revision.id_line)
        .Hint(
            "give one of the two files another Revision ID, "
            "and name that one in the files that revise it");
  }
  for (int i = 0; i < static_cast<int>(revisions.size()); ++i) {
    const Revision& revision = revisions[i];
    for (const std::string& label : revision.labels) {
      if (auto id = names.ids.find(label); id != names.ids.end()) {
        return GraphError(
                   absl::StrCat("Branch name '", label, "' in revision ", revision.id,
                                " is also the id of the revision in ", revisions[id->second].file),
                   revision, revision.labels_line)
            .Hint("choose another label");
      }
      auto [place, is_new] = names.labels.emplace(label, i);
      if (is_new) continue;
      const Revision& first = revisions[place->second];
      return GraphError(absl::StrCat("Branch name '", label, "' in revision ", revision.id,
                                     " already used by revision ", first.id, " (", first.file, ")"),
                        revision, revision.labels_line)
          .Hint("a label is declared once, where its branch begins; later revisions inherit it");
    }
  }
  return names;
}

absl::Status ResolveEdges(const std::vector<Revision>& revisions, const Names& names,
                          Edges& parents, Edges& dependencies) {
  // The last revision that was found to depend on each: an id and a label may
  // name the same one.
  std::vector<int> depended_on_by(revisions.size(), -1);
  for (int i = 0; i < static_cast<int>(revisions.size()); ++i) {
    const Revision& revision = revisions[i];
    for (const std::string& parent : revision.parents) {
      auto found = names.ids.find(parent);
      if (found == names.ids.end()) {
        return GraphError(absl::StrCat("Revision ", parent, " referenced from ", revision.id, " (",
                                       revision.file, ") is not present"),
                          revision, revision.revises_line)
            .Hint("add the missing file, or mend 'Revises', which takes full ids");
      }
      parents[i].push_back(found->second);
    }
    for (const std::string& name : revision.dependencies) {
      auto found = names.ids.find(name);
      if (found == names.ids.end()) {
        found = names.labels.find(name);
        if (found == names.labels.end()) {
          return GraphError(absl::StrCat("Revision ", name, ", on which ", revision.id, " (",
                                         revision.file, ") depends, is not present"),
                            revision, revision.depends_line)
              .Hint("add the missing file, or mend 'Depends On', which takes full ids and labels");
        }
      }
      if (depended_on_by[found->second] == i) continue;
      depended_on_by[found->second] = i;
      dependencies[i].push_back(found->second);
    }
  }
  return absl::OkStatus();
}

// Edges turned round; each list ascends.
Edges Reverse(const Edges& edges) {
  Edges reversed(edges.size());
  for (int from = 0; from < static_cast<int>(edges.size()); ++from) {
    for (int to : edges[from]) reversed[to].push_back(from);
  }
  return reversed;
}

// One cycle among the revisions that `is_free` has no flag for: from any of
// them, following needs that are not free must come round.
Error CycleError(const std::vector<Revision>& revisions, const Edges& parents,
                 const Edges& dependencies, const std::vector<bool>& is_free) {
  int at = static_cast<int>(std::find(is_free.begin(), is_free.end(), false) - is_free.begin());
  auto next = [&](int i) {
    for (const Edges* edges : {&parents, &dependencies}) {
      for (int need : (*edges)[i]) {
        if (!is_free[need]) return need;
      }
    }
    return i;
  };
  std::vector<bool> seen(revisions.size());
  while (!seen[at]) {
    seen[at] = true;
    at = next(at);
  }
  std::vector<int> cycle;
  bool by_dependency = false;
  for (int i = at; cycle.empty() || i != at; i = next(i)) {
    cycle.push_back(i);
    const std::vector<int>& up = parents[i];
    by_dependency |= std::find(up.begin(), up.end(), next(i)) == up.end();
  }
  absl::string_view kind = cycle.size() == 1
                               ? (by_dependency ? "Dependency self-loop" : "Self-loop")
                               : (by_dependency ? "Dependency cycle" : "Cycle");
  std::string list = absl::StrJoin(cycle, ", ", [&](std::string* out, int i) {
    absl::StrAppend(out, revisions[i].id, " in ", revisions[i].file);
  });
  const Revision& first = revisions[at];
  const std::vector<int>& up = parents[at];
  bool is_parent = std::find(up.begin(), up.end(), next(at)) != up.end();
  return GraphError(absl::StrCat(kind, " is detected in revisions (", list, ")"), first,
                    is_parent ? first.revises_line : first.depends_line)
      .Hint("each revises or depends on the next; change 'Revises' or 'Depends On' in one of them");
}

// Revisions with smaller places are free to go earlier; `revisions` is sorted
// by file name.
absl::StatusOr<std::vector<int>> TopologicalOrder(const std::vector<Revision>& revisions,
                                                  const Edges& parents, const Edges& dependencies) {
  Edges children = Reverse(parents);
  Edges dependents = Reverse(dependencies);
  std::vector<int> missing(revisions.size());
  std::vector<bool> is_free(revisions.size());
  std::priority_queue<int, std::vector<int>, std::greater<>> free;
  for (size_t i = 0; i < revisions.size(); ++i) {
    missing[i] = static_cast<int>(parents[i].size() + dependencies[i].size());
    if (missing[i] == 0) free.push(static_cast<int>(i));
  }
  std::vector<int> order;
  order.reserve(revisions.size());
  while (!free.empty()) {
    int i = free.top();
    free.pop();
    order.push_back(i);
    is_free[i] = true;
    for (const Edges* edges : {&children, &dependents}) {
      for (int other : (*edges)[i]) {
        if (--missing[other] == 0) free.push(other);
      }
    }
  }
  if (order.size() < revisions.size()) {
    return CycleError(revisions, parents, dependencies, is_free);
  }
  return order;
}

}  // namespace

absl::StatusOr<RevisionGraph> RevisionGraph::Build(std::vector<Revision> revisions) {
  std::stable_sort(revisions.begin(), revisions.end(),
                   [](const Revision& a, const Revision& b) { return a.file < b.file; });
  size_t size = revisions.size();
  Edges parents(size), dependencies(size);
  std::vector<int> order;
  {
    // The names point into `revisions`, which is taken apart below.
    BRANT_ASSIGN_OR_RETURN(Names names, CollectNames(revisions));
    BRANT_RETURN_IF_ERROR(ResolveEdges(revisions, names, parents, dependencies));
    BRANT_ASSIGN_OR_RETURN(order, TopologicalOrder(revisions, parents, dependencies));
  }
  std::vector<RevisionIndex> place(size);
  for (size_t i = 0; i < size; ++i) place[order[i]] = static_cast<RevisionIndex>(i);

  RevisionGraph graph;
  graph.revisions_.reserve(size);
  graph.parents_.resize(size);
  graph.dependencies_.resize(size);
  graph.file_rank_ = order;
  auto replace = [&place](std::vector<int>& edges) {
    for (int& index : edges) index = place[index];
  };
  for (size_t i = 0; i < size; ++i) {
    int old = order[i];
    graph.revisions_.push_back(std::move(revisions[old]));
    replace(parents[old]);
    replace(dependencies[old]);
    graph.parents_[i] = std::move(parents[old]);
    graph.dependencies_[i] = std::move(dependencies[old]);
  }
  graph.children_ = Reverse(graph.parents_);
  graph.dependents_ = Reverse(graph.dependencies_);
  for (size_t i = 0; i < size; ++i) {
    RevisionIndex index = static_cast<RevisionIndex>(i);
    graph.names_.push_back({graph.revisions_[i].id, index, false});
    for (const std::string& label : graph.revisions_[i].labels) {
      graph.names_.push_back({label, index, true});
    }
  }
  std::sort(graph.names_.begin(), graph.names_.end(),
            [](const Name& a, const Name& b) { return a.text < b.text; });
  graph.SpreadLabels();
  return graph;
}

void RevisionGraph::SpreadLabels() {
  label_set_of_.assign(revisions_.size(), -1);
  for (RevisionIndex index = 0; index < size(); ++index) {
    std::vector<int> others;
    for (RevisionIndex parent : parents_[index]) {
      if (int set = label_set_of_[parent]; set >= 0) others.push_back(set);
    }
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
    if (revisions_[index].labels.empty() && others.size() <= 1) {
      if (!others.empty()) label_set_of_[index] = others[0];
      continue;
    }
    label_set_of_[index] = static_cast<int>(label_sets_.size());
    label_sets_.push_back({index, std::move(others)});
  }
  // Upwards: from each head as long as the line neither branches (dependents
  // count) nor merges.
  for (RevisionIndex head : Heads()) {
    int set = label_set_of_[head];
    for (RevisionIndex index = head; parents_[index].size() <= 1;) {
      bool branches = children_[index].size() + dependents_[index].size() > 1 &&
                      !(children_[index].size() == 1 && children_[index] == dependents_[index]);
      if (branches) break;
      label_set_of_[index] = set;
      if (parents_[index].empty()) break;
      index = parents_[index][0];
    }
  }
}

}  // namespace brant
