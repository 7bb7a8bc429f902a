// Names of scratch databases on a server. By its name one is known, and dropped when
// its maker is gone: so only what Brant itself makes up may look like that.

#ifndef BRANT_AGENT_SCHEMA_SCRATCH_NAME_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace brant {

inline constexpr absl::string_view kScratchPrefix = "brant_scratch_";

// The prefix and 16 random hexadecimal digits.
std::string NewScratchName(absl::string_view prefix = kScratchPrefix);

// Brant may have made it: the prefix and 16 hexadecimal digits in lower case.
bool IsScratchName(absl::string_view name, absl::string_view prefix = kScratchPrefix);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_NAME_H_
