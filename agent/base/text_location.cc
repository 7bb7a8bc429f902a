#include "agent/base/text_location.h"

#include <algorithm>

namespace brant {
namespace {

// A byte 10xxxxxx continues a character of UTF-8.
bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

TextLocation LocateOffset(absl::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  while (offset > 0 && offset < text.size() && ContinuesCharacter(text[offset])) --offset;
  absl::string_view before = text.substr(0, offset);
  TextLocation location;
  location.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  size_t line_begin = before.rfind('\n');
  if (line_begin != absl::string_view::npos) before.remove_prefix(line_begin + 1);
  location.column += static_cast<int>(std::count_if(
      before.begin(), before.end(), [](char byte) { return !ContinuesCharacter(byte); }));
  return location;
}

size_t OffsetOfCharacter(absl::string_view text, size_t characters) {
  for (size_t offset = 0; offset < text.size(); ++offset) {
    if (ContinuesCharacter(text[offset])) continue;
    if (characters == 0) return offset;
    --characters;
  }
  return text.size();
}

}  // namespace brant
