#include "agent/schema/selection.h"

#include "absl/algorithm/container.h"

namespace brant {
namespace {

// Whether `text` is what `pattern` says, where * stands for any text.
bool Matches(absl::string_view pattern, absl::string_view text) {
  size_t star = absl::string_view::npos;
  size_t resume = 0;
  size_t p = 0;
  size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool IsSelected(const Selection& selection, const ObjectName& name) {
  if (absl::c_linear_search(selection.own_tables, Describe(name))) return false;
  return absl::c_none_of(selection.exclude, [&name](const std::string& pattern) {
    return Matches(pattern, name.name) || Matches(pattern, Describe(name));
  });
}

}  // namespace brant
