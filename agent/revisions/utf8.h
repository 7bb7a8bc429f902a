#ifndef BRANT_AGENT_REVISIONS_UTF8_H_
#define BRANT_AGENT_REVISIONS_UTF8_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace brant {

// Where the first byte stands that is no part of valid UTF-8 (overlong forms
// and surrogates are not valid); nothing if all is.
std::optional<size_t> FindInvalidUtf8(absl::string_view text);

// How many characters valid UTF-8 has.
int CountCharacters(absl::string_view text);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_UTF8_H_
