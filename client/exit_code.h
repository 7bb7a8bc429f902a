// What the program's exit status says. docs/exit-codes.md tells users.

#ifndef BRANT_CLIENT_EXIT_CODE_H_
#define BRANT_CLIENT_EXIT_CODE_H_

#include "absl/status/status.h"
#include "brant/v1/error.pb.h"

namespace brant {

// The numbers are part of the interface and never change.
enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitUnreachable = 3,
  kExitLockTimeout = 4,
  kExitCheckFailed = 5,
  kExitRefused = 6,
  // --timeout was over; the run goes on without this program.
  kExitClientTimeout = 7,
  // A signal ended the program while a run went on without it: 128 and the
  // signal's number, as shells count.
  kExitSignalBase = 128,
};

ExitCode ExitCodeOf(v1::ErrorReason reason);

// kExitDone for OK.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace brant

#endif  // BRANT_CLIENT_EXIT_CODE_H_
