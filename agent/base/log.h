// The agent's log, on standard error.

#ifndef BRANT_AGENT_BASE_LOG_H_
#define BRANT_AGENT_BASE_LOG_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brant {

// "debug", "info", "warning" or "error". Error: INVALID_REQUEST.
absl::Status SetLogLevel(absl::string_view level);

// One line each; control characters, and line ends as \n, are escaped.
// Thread-safe.
void LogInfo(absl::string_view text);
void LogWarning(absl::string_view text);

}  // namespace brant

#endif  // BRANT_AGENT_BASE_LOG_H_
