#include "agent/revisions/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/revisions/bundle.h"

namespace brant {
namespace {

// Nothing if `name` is a folder.
absl::StatusOr<std::optional<std::string>> ReadFile(const Folder& folder, const std::string& name,
                                                    const BundleLimits& limits) {
  // Not to wait for the other end if it is a pipe.
  int fd = openat(folder.fd(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  std::string path = absl::StrCat(folder.path(), "/", name);
  if (fd < 0) return SystemError("open", path, errno);
  absl::Cleanup close_file = [fd] { close(fd); };
  struct stat status;
  if (fstat(fd, &status) != 0) return SystemError("examine", path, errno);
  if (S_ISDIR(status.st_mode)) return std::nullopt;
  if (!S_ISREG(status.st_mode)) {
    return Error(v1::ERROR_REASON_SYSTEM_ERROR, absl::StrCat("'", path, "' is no regular file"))
        .Hint("remove it from the migrations folder");
  }
  std::string content;
  // One byte more than the file has, to meet its end in the same call.
  content.resize(std::min<size_t>(status.st_size, limits.max_file_bytes) + 1);
  size_t size = 0;
  while (true) {
    ssize_t count = read(fd, content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("read", path, errno);
    if (count == 0) break;
    size += count;
    if (size > limits.max_file_bytes) {
      return Error(v1::ERROR_REASON_INVALID_BUNDLE,
                   absl::StrCat("the file is larger than ", limits.max_file_bytes, " bytes"))
          .At(name)
          .Hint("load bulk data outside of migrations");
    }
    if (size == content.size()) content.resize(2 * size);
  }
  content.resize(size);
  return content;
}

}  // namespace

absl::Status SystemError(absl::string_view what, absl::string_view path, int error_number) {
  return Error(v1::ERROR_REASON_SYSTEM_ERROR,
               absl::StrCat("can't ", what, " '", path, "': ", strerror(error_number)));
}

absl::StatusOr<Folder> Folder::Open(const std::string& path) {
  DIR* stream = opendir(path.c_str());
  if (stream != nullptr) return Folder(path, stream);
  if (errno != ENOENT && errno != ENOTDIR) return SystemError("open", path, errno);
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat(errno == ENOENT ? "there is no migrations folder '"
                                            : "the migrations folder is no folder: '",
                            path, "'"))
      .Hint("`brant init` makes one; name another with --migrations or BRANT_MIGRATIONS");
}

absl::StatusOr<std::vector<std::string>> Folder::ListNames() const {
  std::vector<std::string> names;
  rewinddir(stream_.get());
  while (true) {
    errno = 0;
    dirent* entry = readdir(stream_.get());
    if (entry == nullptr) break;
    absl::string_view name = entry->d_name;
    if (name[0] == '.' || !absl::EndsWith(name, ".sql") || entry->d_type == DT_DIR) continue;
    names.emplace_back(name);
  }
  if (errno != 0) return SystemError("list", path_, errno);
  return names;
}

absl::StatusOr<std::vector<SourceFile>> ReadMigrationFiles(const std::string& path,
                                                           const BundleLimits& limits) {
  BRANT_ASSIGN_OR_RETURN(Folder folder, Folder::Open(path));
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> names, folder.ListNames());
  std::sort(names.begin(), names.end());
  std::vector<SourceFile> files;
  files.reserve(names.size());
  size_t total = 0;
  for (std::string& name : names) {
    BRANT_ASSIGN_OR_RETURN(std::optional<std::string> content, ReadFile(folder, name, limits));
    if (!content.has_value()) continue;
    total += content->size();
    files.push_back({std::move(name), *std::move(content)});
    if (files.size() > static_cast<size_t>(limits.max_files) || total > limits.max_total_bytes) {
      return Error(v1::ERROR_REASON_INVALID_BUNDLE,
                   absl::StrCat("the migrations folder '", path, "' holds more than ",
                                limits.max_files, " files or ", limits.max_total_bytes, " bytes"))
          .Hint("squash old revisions into one");
    }
  }
  return files;
}

}  // namespace brant
