// Text as a terminal shows it.

#ifndef BRANT_CLIENT_UI_UTF8_H_
#define BRANT_CLIENT_UI_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace brant {

// Takes the first character off `text`, which must not be empty. Gives U+FFFD,
// and takes one byte, where it is not UTF-8.
char32_t TakeCharacter(absl::string_view& text);

// How many columns a character takes: 0, 1 or 2.
int CharacterWidth(char32_t character);

int DisplayWidth(absl::string_view text);

// `text` cut to at most `width` columns, with an ellipsis where something is
// missing.
std::string FitWidth(absl::string_view text, int width);

// The first line that is not blank, control characters made visible.
std::string FirstLine(absl::string_view text);

}  // namespace brant

#endif  // BRANT_CLIENT_UI_UTF8_H_
