#include "client/schema/shell_command.h"

#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// The command itself is not named: it may hold a password.
absl::Status Failed(absl::string_view how) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST, absl::StrCat("the schema command ", how))
      .Hint(
          "run it by itself: it must print SQL that makes the schema from nothing, and exit "
          "with 0");
}

}  // namespace

absl::StatusOr<std::string> RunShellCommand(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) return Failed(std::strerror(errno));
  std::string output;
  char buffer[1 << 16];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, size);
  const int status = pclose(pipe);
  if (status == 0) return output;
  if (WIFEXITED(status)) {
    return Failed(absl::StrCat("failed with exit code ", WEXITSTATUS(status)));
  }
  return Failed("was ended by a signal");
}

}  // namespace brant
