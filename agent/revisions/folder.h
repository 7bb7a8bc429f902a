// The migrations folder, as the operating system shows it.

#ifndef BRANT_AGENT_REVISIONS_FOLDER_H_
#define BRANT_AGENT_REVISIONS_FOLDER_H_

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brant {

// An open folder. Not thread-safe, but fd() may be used by several threads.
class Folder {
 public:
  // INVALID_REQUEST if there is no such folder, SYSTEM_ERROR if it can't be
  // opened.
  static absl::StatusOr<Folder> Open(const std::string& path);

  const std::string& path() const { return path_; }
  int fd() const { return dirfd(stream_.get()); }

  // The names that may be migration files (`*.sql`, no leading dot), in the
  // folder's own order.
  absl::StatusOr<std::vector<std::string>> ListNames() const;

 private:
  struct Close {
    void operator()(DIR* stream) const { closedir(stream); }
  };
  Folder(std::string path, DIR* stream) : path_(std::move(path)), stream_(stream) {}

  std::string path_;
  std::unique_ptr<DIR, Close> stream_;
};

// FolderDigest at a point in time (Unix seconds), on which depends what is cached.
absl::StatusOr<std::string> FolderDigestAt(const std::string& path, int64_t now_seconds);

// A system call's failure: "can't <what> '<path>': <errno as text>".
absl::Status SystemError(absl::string_view what, absl::string_view path, int error_number);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_FOLDER_H_
