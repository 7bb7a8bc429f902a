#include "agent/schema/reference_order.h"

#include <functional>
#include <map>
#include <utility>

namespace brant {
namespace {

enum class Mark { kNew, kOpen, kDone };

// Nodes 0..n-1 so that each follows what `needs` names, as far as cycles allow.
std::vector<int> Topological(int count, const std::function<std::vector<int>(int)>& needs) {
  std::vector<Mark> marks(count, Mark::kNew);
  std::vector<int> order;
  struct Frame {
    int node;
    std::vector<int> needed;
    size_t next = 0;
  };
  for (int root = 0; root < count; ++root) {
    if (marks[root] != Mark::kNew) continue;
    std::vector<Frame> stack;
    marks[root] = Mark::kOpen;
    stack.push_back({root, needs(root)});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == frame.needed.size()) {
        marks[frame.node] = Mark::kDone;
        order.push_back(frame.node);
        stack.pop_back();
        continue;
      }
      const int next = frame.needed[frame.next++];
      if (marks[next] != Mark::kNew) continue;
      marks[next] = Mark::kOpen;
      stack.push_back({next, needs(next)});
    }
  }
  return order;
}

}  // namespace

ReferenceOrder OrderByReferences(const std::vector<const Table*>& tables) {
  std::map<ObjectName, int> places;
  for (size_t i = 0; i < tables.size(); ++i) places[tables[i]->name] = static_cast<int>(i);
  const std::vector<int> order = Topological(static_cast<int>(tables.size()), [&](int node) {
    std::vector<int> needed;
    for (const ForeignKey& key : tables[node]->foreign_keys) {
      const auto found = places.find(key.referenced_table);
      if (found != places.end() && found->second != node) needed.push_back(found->second);
    }
    return needed;
  });
  ReferenceOrder result;
  std::map<ObjectName, size_t> positions;
  for (int node : order) {
    positions[tables[node]->name] = result.tables.size();
    result.tables.push_back(tables[node]);
  }
  for (size_t i = 0; i < result.tables.size(); ++i) {
    for (const ForeignKey& key : result.tables[i]->foreign_keys) {
      const auto found = positions.find(key.referenced_table);
      if (found != positions.end() && found->second > i) {
        result.postponed.push_back({result.tables[i], &key});
      }
    }
  }
  return result;
}

std::vector<const View*> OrderViews(const std::vector<const View*>& views) {
  std::map<ObjectName, int> places;
  for (size_t i = 0; i < views.size(); ++i) places[views[i]->name] = static_cast<int>(i);
  std::vector<const View*> result;
  for (int node : Topological(static_cast<int>(views.size()), [&](int node) {
         std::vector<int> needed;
         for (const ObjectName& name : views[node]->reads) {
           if (const auto found = places.find(name); found != places.end()) {
             needed.push_back(found->second);
           }
         }
         return needed;
       })) {
    result.push_back(views[node]);
  }
  return result;
}

}  // namespace brant
