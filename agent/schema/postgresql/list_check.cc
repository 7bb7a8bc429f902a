#include "agent/schema/postgresql/list_check.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace brant {
namespace {

// `((c)::text = ANY ((ARRAY['a'::text, 'b'::text])::text[]))`, as the server writes
// an IN, in its parts.
struct ListCheck {
  std::string column;
  std::vector<std::string> values;
  std::string casts;
};

std::optional<ListCheck> Read(absl::string_view expression) {
  constexpr absl::string_view kArray = "ARRAY[";
  const size_t begin = expression.find(kArray);
  if (begin == absl::string_view::npos) return std::nullopt;
  const std::vector<absl::string_view> head =
      absl::StrSplit(expression.substr(0, begin), absl::MaxSplits(" = ANY (", 1));
  // With a blank there would be more than a column: an operator such as NOT.
  if (head.size() != 2 || absl::StrContains(head[0], ' ')) return std::nullopt;
  if (!head[1].empty() && head[1] != "(") return std::nullopt;
  const absl::string_view rest = expression.substr(begin + kArray.size());
  // The cast behind the list has brackets, too: `[]`.
  const size_t end = rest.find("])");
  if (end == absl::string_view::npos) return std::nullopt;
  ListCheck check{std::string(head[0]), absl::StrSplit(rest.substr(0, end), ", "),
                  absl::StrCat(head[1], rest.substr(end))};
  const bool only_casts = absl::c_all_of(rest.substr(end), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::StrContains(")[]: ", c);
  });
  // Nothing was split that has a comma in itself: a string or a call.
  const bool only_values = absl::c_all_of(check.values, [](const std::string& value) {
    return absl::c_count(value, '\'') % 2 == 0 &&
           absl::c_count(value, '(') == absl::c_count(value, ')');
  });
  if (!only_casts || !only_values) return std::nullopt;
  return check;
}

}  // namespace

bool OnlyGainsValues(const CheckConstraint& from, const CheckConstraint& to) {
  if (!from.validated) return false;
  const std::optional<ListCheck> old = Read(from.expression);
  const std::optional<ListCheck> wanted = Read(to.expression);
  return old.has_value() && wanted.has_value() && old->column == wanted->column &&
         old->casts == wanted->casts &&
         absl::c_all_of(old->values, [&wanted](const std::string& value) {
           return absl::c_linear_search(wanted->values, value);
         });
}

}  // namespace brant
