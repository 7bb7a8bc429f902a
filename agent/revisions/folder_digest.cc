#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/revisions/bundle.h"
#include "agent/revisions/folder.h"

namespace brant {
namespace {

// The first word of a cache file; another one is another format.
constexpr absl::string_view kCacheFormat = "brant-folder-1";
constexpr size_t kDigestSize = 64;
// Below this another thread costs more than it gains.
constexpr size_t kFilesPerThread = 2000;
constexpr size_t kMaxThreads = 4;
// Times are only as fine as the kernel's clock tick, and on some file systems a
// second or two.
constexpr int64_t kSettledSeconds = 2;

// What decides whether a file is still the same.
struct FileState {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified_seconds = 0;
  int64_t modified_nanoseconds = 0;
  int64_t changed_seconds = 0;
  int64_t changed_nanoseconds = 0;
};

struct FolderState {
  std::string hash;
  // The latest of all times.
  int64_t newest_seconds = 0;
};

bool StatFiles(int folder_fd, absl::Span<const std::string> names, absl::Span<FileState> states) {
  for (size_t i = 0; i < names.size(); ++i) {
    struct stat status;
    if (fstatat(folder_fd, names[i].c_str(), &status, 0) != 0) return false;
    states[i] = {status.st_dev,         status.st_ino,          status.st_size,
                 status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                 status.st_ctim.tv_nsec};
  }
  return true;
}

// All files, by several threads where there are many.
bool StatAllFiles(int folder_fd, absl::Span<const std::string> names,
                  absl::Span<FileState> states) {
  size_t parts = std::min<size_t>({names.size() / kFilesPerThread + 1, kMaxThreads,
                                   std::max(1u, std::thread::hardware_concurrency())});
  size_t part_size = (names.size() + parts - 1) / parts;
  std::atomic<bool> complete = true;
  auto stat_part = [&](size_t part) {
    size_t begin = std::min(part * part_size, names.size());
    if (!StatFiles(folder_fd, names.subspan(begin, part_size), states.subspan(begin))) {
      complete = false;
    }
  };
  std::vector<std::thread> others;
  for (size_t part = 1; part < parts; ++part) others.emplace_back(stat_part, part);
  stat_part(0);
  for (std::thread& other : others) other.join();
  return complete;
}

// Nothing if a file can't be examined: whoever reads it will say why.
absl::StatusOr<std::optional<FolderState>> ReadState(const Folder& folder) {
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> names, folder.ListNames());
  std::vector<FileState> states(names.size());
  if (!StatAllFiles(folder.fd(), names, absl::MakeSpan(states))) return std::nullopt;
  FolderState state;
  Sha256 hash;
  // In the folder's own order: should that ever change without the files, it
  // costs one reading of them.
  for (size_t i = 0; i < names.size(); ++i) {
    const FileState& file = states[i];
    hash.Add(absl::string_view(names[i].c_str(), names[i].size() + 1));
    hash.Add(absl::string_view(reinterpret_cast<const char*>(&file), sizeof(file)));
    state.newest_seconds =
        std::max({state.newest_seconds, file.modified_seconds, file.changed_seconds});
  }
  state.hash = hash.FinishHex();
  return state;
}

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

// The cached digest for this state.
std::optional<std::string> ReadCache(const std::string& path, absl::string_view state_hash) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  absl::Cleanup close_file = [fd] { close(fd); };
  struct stat status;
  // A file of someone else could name another bundle for this folder.
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return std::nullopt;
  }
  char buffer[256];
  ssize_t size = read(fd, buffer, sizeof(buffer));
  if (size <= 0) return std::nullopt;
  std::vector<std::string> words =
      absl::StrSplit(absl::StripAsciiWhitespace(absl::string_view(buffer, size)), ' ');
  if (words.size() != 3 || words[0] != kCacheFormat || words[1] != state_hash ||
      !IsDigest(words[2])) {
    return std::nullopt;
  }
  return words[2];
}

void WriteCache(const std::string& path, absl::string_view state_hash, absl::string_view digest) {
  std::string temporary = absl::StrCat(path, ".", getpid());
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  std::string text = absl::StrCat(kCacheFormat, " ", state_hash, " ", digest, "\n");
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
  BRANT_ASSIGN_OR_RETURN(std::optional<FolderState> before, ReadState(folder));
  if (before.has_value()) {
    std::string cache = CachePath(folder, /*create=*/false);
    if (auto digest = ReadCache(cache, before->hash); digest.has_value()) return *digest;
  }
  BRANT_ASSIGN_OR_RETURN(std::vector<SourceFile> files, ReadMigrationFiles(path));
  std::string digest = BundleDigest(files);
  // Only if nothing moved while the files were read, and nothing may have moved
  // without leaving a trace in the times.
  BRANT_ASSIGN_OR_RETURN(std::optional<FolderState> after, ReadState(folder));
  if (before.has_value() && after.has_value() && before->hash == after->hash &&
      after->newest_seconds + kSettledSeconds < now_seconds) {
    std::string cache = CachePath(folder, /*create=*/true);
    if (!cache.empty()) WriteCache(cache, after->hash, digest);
  }
  return digest;
}

}  // namespace brant
