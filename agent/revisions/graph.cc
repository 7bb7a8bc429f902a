#include "agent/revisions/graph.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "absl/strings/match.h"

namespace brant {

absl::Span<const RevisionGraph::Name> RevisionGraph::FindPrefix(absl::string_view prefix) const {
  auto first =
      std::lower_bound(names_.begin(), names_.end(), prefix,
                       [](const Name& name, absl::string_view text) { return name.text < text; });
  auto last = std::partition_point(first, names_.end(), [prefix](const Name& name) {
    return absl::StartsWith(name.text, prefix);
  });
  return absl::MakeConstSpan(names_).subspan(first - names_.begin(), last - first);
}

std::optional<RevisionIndex> RevisionGraph::FindId(absl::string_view id) const {
  absl::Span<const Name> found = FindPrefix(id);
  if (found.empty() || found[0].text != id || found[0].is_label) return std::nullopt;
  return found[0].revision;
}

std::optional<RevisionIndex> RevisionGraph::FindLabel(absl::string_view label) const {
  absl::Span<const Name> found = FindPrefix(label);
  if (found.empty() || found[0].text != label || !found[0].is_label) return std::nullopt;
  return found[0].revision;
}

absl::Span<const RevisionIndex> RevisionGraph::parents(RevisionIndex index) const {
  return parents_[index];
}

absl::Span<const RevisionIndex> RevisionGraph::dependencies(RevisionIndex index) const {
  return dependencies_[index];
}

absl::Span<const RevisionIndex> RevisionGraph::children(RevisionIndex index) const {
  return children_[index];
}

absl::Span<const RevisionIndex> RevisionGraph::dependents(RevisionIndex index) const {
  return dependents_[index];
}

std::vector<RevisionIndex> RevisionGraph::Heads() const {
  std::vector<RevisionIndex> heads;
  for (RevisionIndex i = 0; i < size(); ++i) {
    if (children_[i].empty()) heads.push_back(i);
  }
  return heads;
}

std::vector<RevisionIndex> RevisionGraph::EffectiveHeads() const {
  std::vector<RevisionIndex> heads;
  for (RevisionIndex i = 0; i < size(); ++i) {
    if (children_[i].empty() && dependents_[i].empty()) heads.push_back(i);
  }
  return heads;
}

std::vector<RevisionIndex> RevisionGraph::Bases() const {
  std::vector<RevisionIndex> bases;
  for (RevisionIndex i = 0; i < size(); ++i) {
    if (parents_[i].empty()) bases.push_back(i);
  }
  return bases;
}

std::vector<std::string> RevisionGraph::LabelsOf(RevisionIndex index) const {
  std::vector<std::string> labels;
  if (label_set_of_[index] < 0) return labels;
  std::vector<bool> seen(label_sets_.size());
  std::vector<int> todo = {label_set_of_[index]};
  seen[todo[0]] = true;
  while (!todo.empty()) {
    const LabelSet& set = label_sets_[todo.back()];
    todo.pop_back();
    const std::vector<std::string>& own = revisions_[set.revision].labels;
    labels.insert(labels.end(), own.begin(), own.end());
    for (int other : set.others) {
      if (!seen[other]) todo.push_back(other);
      seen[other] = true;
    }
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

std::vector<bool> RevisionGraph::Reach(absl::Span<const RevisionIndex> from, const Edges& edges,
                                       const Edges* more_edges) const {
  std::vector<bool> reached(revisions_.size());
  std::vector<RevisionIndex> todo;
  auto visit = [&](RevisionIndex index) {
    if (!reached[index]) todo.push_back(index);
    reached[index] = true;
  };
  for (RevisionIndex index : from) visit(index);
  while (!todo.empty()) {
    RevisionIndex index = todo.back();
    todo.pop_back();
    for (RevisionIndex next : edges[index]) visit(next);
    if (more_edges == nullptr) continue;
    for (RevisionIndex next : (*more_edges)[index]) visit(next);
  }
  return reached;
}

std::vector<bool> RevisionGraph::Ancestors(absl::Span<const RevisionIndex> from,
                                           bool with_dependencies) const {
  return Reach(from, parents_, with_dependencies ? &dependencies_ : nullptr);
}

std::vector<bool> RevisionGraph::Descendants(absl::Span<const RevisionIndex> from,
                                             bool with_dependents) const {
  return Reach(from, children_, with_dependents ? &dependents_ : nullptr);
}

std::vector<RevisionIndex> RevisionGraph::ApplyOrder(const std::vector<bool>& flags) const {
  std::vector<int> missing(revisions_.size());
  // By file name, then place.
  using Entry = std::pair<int, RevisionIndex>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> free;
  for (RevisionIndex i = 0; i < size(); ++i) {
    if (!flags[i]) continue;
    for (RevisionIndex need : parents_[i]) missing[i] += flags[need];
    for (RevisionIndex need : dependencies_[i]) missing[i] += flags[need];
    if (missing[i] == 0) free.emplace(file_rank_[i], i);
  }
  std::vector<RevisionIndex> order;
  while (!free.empty()) {
    RevisionIndex index = free.top().second;
    free.pop();
    order.push_back(index);
    for (const Edges* edges : {&children_, &dependents_}) {
      for (RevisionIndex next : (*edges)[index]) {
        if (flags[next] && --missing[next] == 0) free.emplace(file_rank_[next], next);
      }
    }
  }
  return order;
}

}  // namespace brant
