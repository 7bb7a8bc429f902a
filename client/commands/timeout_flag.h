#ifndef BRANT_CLIENT_COMMANDS_TIMEOUT_FLAG_H_
#define BRANT_CLIENT_COMMANDS_TIMEOUT_FLAG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/base/settings.h"
#include "client/flags.h"

namespace brant {

// How long a command tries to reach its goal: the flag, or the setting.
class TimeoutFlag {
 public:
  void Declare(Flags& flags) {
    flags.Seconds("--timeout", &seconds_,
                  "How long to try, over agents and connections that come and go; then exit code 7 "
                  "(default: no limit)");
  }

  // Infinite: no limit. Errors: INVALID_REQUEST for a setting that is no number.
  absl::StatusOr<absl::Duration> Get(const Settings& settings) const {
    if (seconds_ >= 0) return absl::Seconds(seconds_);
    if (settings.Text("timeout").empty()) return absl::InfiniteDuration();
    return settings.Seconds("timeout");
  }

 private:
  double seconds_ = -1;
};

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_TIMEOUT_FLAG_H_
