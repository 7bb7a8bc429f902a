#include "agent/schema/scratch_name.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace brant {

std::string NewScratchName(absl::string_view prefix) {
  absl::BitGen random;
  return absl::StrCat(prefix, absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

bool IsScratchName(absl::string_view name, absl::string_view prefix) {
  if (!absl::ConsumePrefix(&name, prefix) || name.size() != 16) return false;
  return absl::c_all_of(name,
                        [](char c) { return absl::ascii_isxdigit(c) && !absl::ascii_isupper(c); });
}

}  // namespace brant
