#include "agent/revisions/revision.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace brant {

absl::string_view DirectionName(Direction direction) {
  return direction == Direction::kUpgrade ? "upgrade" : "downgrade";
}

const Section* Revision::FindSection(Direction direction, Dialect dialect) const {
  const Section* general = nullptr;
  for (const Section& section : sections) {
    if (section.direction != direction) continue;
    if (section.dialects.empty()) {
      general = &section;
    } else if (std::find(section.dialects.begin(), section.dialects.end(), dialect) !=
               section.dialects.end()) {
      return &section;
    }
  }
  return general;
}

absl::string_view Revision::Body(const Section& section) const {
  return absl::string_view(text).substr(section.offset, section.size);
}

absl::string_view Revision::Title() const {
  absl::string_view title = message;
  return title.substr(0, title.find('\n'));
}

bool IsRevisionId(absl::string_view text) {
  constexpr size_t kMaxLength = 32;
  return !text.empty() && text.size() <= kMaxLength &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-';
  });
}

bool IsReservedName(absl::string_view text) {
  return text == "head" || text == "heads" || text == "base" || text == "current";
}

}  // namespace brant
