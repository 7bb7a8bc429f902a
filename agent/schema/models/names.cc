#include "agent/schema/models/names.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace brant {
namespace {

// What PostgreSQL allows; MySQL allows 64.
constexpr size_t kLongestName = 63;

// The longest prefix of at most `bytes` that ends with a whole character.
absl::string_view Cut(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

std::string SnakeCase(absl::string_view name) {
  std::string result;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool upper = absl::ascii_isupper(name[i]);
    const bool after_lower =
        i > 0 && (absl::ascii_islower(name[i - 1]) || absl::ascii_isdigit(name[i - 1]));
    const bool ends_capitals = i > 0 && absl::ascii_isupper(name[i - 1]) && i + 1 < name.size() &&
                               absl::ascii_islower(name[i + 1]);
    if (upper && (after_lower || ends_capitals)) result += '_';
    result += absl::ascii_tolower(name[i]);
  }
  return result;
}

std::string ConventionalName(absl::string_view first, absl::string_view second,
                             absl::string_view label) {
  const size_t overhead = label.size() + 1 + (second.empty() ? 0 : 1);
  size_t first_size = first.size();
  size_t second_size = second.size();
  while (first_size + second_size + overhead > kLongestName) {
    if (first_size > second_size) {
      --first_size;
    } else {
      --second_size;
    }
  }
  return absl::StrCat(Cut(first, first_size), second.empty() ? "" : "_", Cut(second, second_size),
                      "_", label);
}

bool NamesInUse::Add(const std::string& schema, const std::string& name) {
  return names_.emplace(schema, name).second;
}

std::string NamesInUse::Choose(const std::string& schema, absl::string_view table,
                               absl::string_view columns, absl::string_view label) {
  std::string name = ConventionalName(table, columns, label);
  for (int pass = 1; !Add(schema, name); ++pass) {
    name = ConventionalName(table, columns, absl::StrCat(label, pass));
  }
  return name;
}

}  // namespace brant
