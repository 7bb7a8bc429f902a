#include "client/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {

absl::Status AlreadyThere(const std::string& path) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST, absl::StrCat(path, " is there already"))
      .Hint("nothing was changed; remove it first if it is not needed");
}

absl::Status WriteNewFile(const std::string& path, absl::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST) return AlreadyThere(path);
  int error = fd < 0 ? errno : 0;
  while (error == 0 && !text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (fd >= 0 && close(fd) != 0 && error == 0) error = errno;
  if (error == 0) return absl::OkStatus();
  if (fd >= 0) unlink(path.c_str());
  return Error(v1::ERROR_REASON_SYSTEM_ERROR,
               absl::StrCat("can't write ", path, ": ", std::strerror(error)));
}

}  // namespace brant
