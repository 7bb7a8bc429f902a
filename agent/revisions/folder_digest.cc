#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/revisions/bundle.h"
#include "agent/revisions/folder.h"
#include "agent/revisions/folder_state.h"

namespace brant {
namespace {

// What a cache file begins with; something else is another format. Then come the
// digest, and the bytes of the folder's state.
constexpr absl::string_view kCacheFormat = "brant-folder-2\n";
constexpr size_t kDigestSize = 64;
// More than the largest bundle needs.
constexpr off_t kMaxCacheBytes = 64 << 20;
// Times are only as fine as the kernel's clock tick, and on some file systems a
// second or two.
constexpr int64_t kSettledSeconds = 2;

struct Cache {
  std::unique_ptr<char[]> content;
  // In `content`.
  absl::string_view digest;
  absl::string_view state;
};

// Where the digest of a folder is cached; empty if there is no place.
std::string CachePath(const Folder& folder, bool create) {
  char* resolved = realpath(folder.path().c_str(), nullptr);
  if (resolved == nullptr) return "";
  std::string name = Sha256Hex(resolved);
  free(resolved);
  std::string parent;
  if (const char* cache = getenv("XDG_CACHE_HOME"); cache != nullptr && cache[0] == '/') {
    parent = cache;
  } else if (const char* home = getenv("HOME"); home != nullptr && home[0] == '/') {
    parent = absl::StrCat(home, "/.cache");
  } else {
    return "";
  }
  std::string directory = absl::StrCat(parent, "/brant");
  if (create) {
    mkdir(parent.c_str(), 0700);
    mkdir(directory.c_str(), 0700);
  }
  return absl::StrCat(directory, "/", name);
}

bool IsDigest(absl::string_view text) {
  return text.size() == kDigestSize && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

std::optional<Cache> ReadCache(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  absl::Cleanup close_file = [fd] { close(fd); };
  struct stat status;
  // A file of someone else could name another bundle for this folder.
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 || status.st_size > kMaxCacheBytes) {
    return std::nullopt;
  }
  Cache cache;
  // Not cleared first, which would cost as much as reading it.
  cache.content = std::make_unique_for_overwrite<char[]>(status.st_size);
  if (read(fd, cache.content.get(), status.st_size) != status.st_size) return std::nullopt;
  absl::string_view rest(cache.content.get(), status.st_size);
  if (!absl::ConsumePrefix(&rest, kCacheFormat)) return std::nullopt;
  cache.digest = rest.substr(0, kDigestSize);
  if (!IsDigest(cache.digest)) return std::nullopt;
  cache.state = rest.substr(kDigestSize);
  return cache;
}

void WriteCache(const std::string& path, absl::string_view digest, absl::string_view state) {
  std::string temporary = absl::StrCat(path, ".", getpid());
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  std::string text = absl::StrCat(kCacheFormat, digest, state);
  bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (close(fd) != 0 || !written || rename(temporary.c_str(), path.c_str()) != 0) {
    unlink(temporary.c_str());
  }
}

}  // namespace

absl::StatusOr<std::string> FolderDigest(const std::string& path) {
  return FolderDigestAt(path, time(nullptr));
}

absl::StatusOr<std::string> FolderDigestAt(const std::string& path, int64_t now_seconds) {
  BRANT_ASSIGN_OR_RETURN(Folder folder, Folder::Open(path));
  const std::optional<Cache> cache = ReadCache(CachePath(folder, /*create=*/false));
  if (cache.has_value() && IsInState(folder, cache->state)) return std::string(cache->digest);
  BRANT_ASSIGN_OR_RETURN(const std::optional<FolderState> before, ReadFolderState(folder));
  std::string digest;
  if (cache.has_value() && before.has_value() && HaveSameFiles(before->bytes, cache->state)) {
    digest = std::string(cache->digest);
    if (before->bytes == cache->state) return digest;
  } else {
    BRANT_ASSIGN_OR_RETURN(std::vector<SourceFile> files, ReadMigrationFiles(path));
    digest = BundleDigest(files);
  }
  // Nothing may have moved without leaving a trace in the times.
  if (!before.has_value() || before->newest_seconds + kSettledSeconds >= now_seconds) {
    return digest;
  }
  // Nor may anything have moved while the files were read.
  BRANT_ASSIGN_OR_RETURN(const std::optional<FolderState> after, ReadFolderState(folder));
  if (after.has_value() && before->bytes == after->bytes) {
    std::string cache_path = CachePath(folder, /*create=*/true);
    if (!cache_path.empty()) WriteCache(cache_path, digest, after->bytes);
  }
  return digest;
}

}  // namespace brant
