#ifndef BRANT_AGENT_BASE_TEXT_LOCATION_H_
#define BRANT_AGENT_BASE_TEXT_LOCATION_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace brant {

// A place in a text as people count: lines from 1, columns from 1 in Unicode
// code points.
struct TextLocation {
  int line = 1;
  int column = 1;
};

// Where the byte `offset` of a UTF-8 text is; beyond its end: the end. A byte
// within a character is the character's. Lines end with LF or CRLF.
TextLocation LocateOffset(absl::string_view text, size_t offset);

// The byte offset of the code point number `characters` (from 0); beyond the
// end: the end.
size_t OffsetOfCharacter(absl::string_view text, size_t characters);

}  // namespace brant

#endif  // BRANT_AGENT_BASE_TEXT_LOCATION_H_
