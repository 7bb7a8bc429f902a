// Triggers and views that are not compared, and yet have to be there again after what
// they speak of was made anew.

#ifndef BRANT_AGENT_SCHEMA_KEPT_H_
#define BRANT_AGENT_SCHEMA_KEPT_H_

#include <vector>

#include "absl/algorithm/container.h"
#include "agent/schema/catalog.h"

namespace brant {

template <typename T>
struct Kept {
  const T* object = nullptr;
  // Both sides have it. Else it may not be there, and has to be dropped with
  // IF EXISTS.
  bool is_there = false;
  // It is of the first side, from before the renames.
  bool has_old_names = false;
};

using KeptTrigger = Kept<Trigger>;

// Those of both sides, each name once: a desired schema may know nothing of what the
// database has; and on the way back it is the second catalog that is the database's.
template <typename T>
std::vector<Kept<T>> KeptOfBoth(const std::vector<T>& from, const std::vector<T>& to) {
  const auto has = [](const std::vector<T>& all, const T& one) {
    return absl::c_any_of(all, [&one](const T& other) { return other.name == one.name; });
  };
  std::vector<Kept<T>> kept;
  for (const T& one : from) kept.push_back({&one, has(to, one), true});
  for (const T& one : to) {
    if (!has(from, one)) kept.push_back({&one});
  }
  return kept;
}

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_KEPT_H_
