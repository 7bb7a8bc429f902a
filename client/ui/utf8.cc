#include "client/ui/utf8.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
  char32_t first, last;
};

// Combining marks, joiners and variation selectors.
constexpr Range kZeroWidth[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                                {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
                                {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
// East Asian wide and full-width characters, and pictographs.
constexpr Range kDoubleWidth[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                                  {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
                                  {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                                  {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <size_t N>
bool In(const Range (&ranges)[N], char32_t character) {
  for (const Range& range : ranges) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

}  // namespace

char32_t TakeCharacter(absl::string_view& text) {
  const unsigned char lead = static_cast<unsigned char>(text[0]);
  int size = 1;
  char32_t character = lead;
  if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    character = lead & 0x07;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    character = lead & 0x0F;
  } else if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
    character = lead & 0x1F;
  } else if (lead >= 0x80) {
    character = kReplacement;
  }
  bool valid = static_cast<size_t>(size) <= text.size();
  for (int i = 1; valid && i < size; ++i) {
    const unsigned char next = static_cast<unsigned char>(text[i]);
    valid = (next & 0xC0) == 0x80;
    character = (character << 6) | (next & 0x3F);
  }
  // Overlong forms, surrogates, and what lies beyond Unicode.
  if (size == 3) valid = valid && character >= 0x800 && (character & ~0x7FFu) != 0xD800;
  if (size == 4) valid = valid && character >= 0x10000 && character <= 0x10FFFF;
  if (!valid) {
    size = 1;
    character = kReplacement;
  }
  text.remove_prefix(size);
  return character;
}

int CharacterWidth(char32_t character) {
  if (In(kZeroWidth, character)) return 0;
  return In(kDoubleWidth, character) ? 2 : 1;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) width += CharacterWidth(TakeCharacter(text));
  return width;
}

std::string FitWidth(absl::string_view text, int width) {
  if (width <= 0) return "";
  if (DisplayWidth(text) <= width) return std::string(text);
  absl::string_view rest = text;
  size_t end = 0;
  int used = 0;
  while (!rest.empty()) {
    used += CharacterWidth(TakeCharacter(rest));
    if (used > width - 1) break;
    end = text.size() - rest.size();
  }
  return absl::StrCat(text.substr(0, end), "…");
}

std::string FirstLine(absl::string_view text) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) return EscapeControl(line);
  }
  return "";
}

}  // namespace brant
