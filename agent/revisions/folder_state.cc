#include "agent/revisions/folder_state.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// Threads take so many files at once; where there are fewer, another thread costs
// more than it gains.
constexpr size_t kFilesAtOnce = 250;
constexpr size_t kFilesPerThread = 2000;
constexpr size_t kMaxThreads = 4;

// Of a file, or of the folder itself. Compared and stored byte by byte, so it has
// no gaps.
struct FileState {
  explicit FileState(const struct stat& status)
      : device(status.st_dev),
        inode(status.st_ino),
        size(status.st_size),
        modified_seconds(status.st_mtim.tv_sec),
        changed_seconds(status.st_ctim.tv_sec),
        modified_nanoseconds(static_cast<uint32_t>(status.st_mtim.tv_nsec)),
        changed_nanoseconds(static_cast<uint32_t>(status.st_ctim.tv_nsec)) {}

  int64_t NewestSeconds() const { return std::max(modified_seconds, changed_seconds); }

  uint64_t device;
  uint64_t inode;
  int64_t size;
  int64_t modified_seconds;
  int64_t changed_seconds;
  uint32_t modified_nanoseconds;
  uint32_t changed_nanoseconds;
};
static_assert(std::has_unique_object_representations_v<FileState>);

// A state's bytes: the folder, the names with a NUL after each and one after the
// last, the files in the same order.
struct Parts {
  absl::string_view folder;
  std::vector<const char*> names;
  const char* files;
};

std::optional<Parts> Split(absl::string_view bytes) {
  if (bytes.size() < sizeof(FileState)) return std::nullopt;
  Parts parts;
  parts.folder = bytes.substr(0, sizeof(FileState));
  bytes.remove_prefix(sizeof(FileState));
  while (true) {
    const size_t size = bytes.find('\0');
    if (size == absl::string_view::npos) return std::nullopt;
    const char* name = bytes.data();
    bytes.remove_prefix(size + 1);
    if (size == 0) break;
    parts.names.push_back(name);
  }
  parts.files = bytes.data();
  if (bytes.size() != parts.names.size() * sizeof(FileState)) return std::nullopt;
  return parts;
}

// Whether the kernel itself changes a folder's times with its list of names. Not
// every server of a network or user-space file system does.
bool TellsChanges(int folder_fd) {
  constexpr uint32_t kXfs = 0x58465342;
  constexpr uint32_t kZfs = 0x2FC12FC1;
  struct statfs status;
  if (fstatfs(folder_fd, &status) != 0) return false;
  switch (static_cast<uint32_t>(status.f_type)) {
    case EXT4_SUPER_MAGIC:  // And ext2, ext3.
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case OVERLAYFS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case kXfs:
    case kZfs:
      return true;
    default:
      return false;
  }
}

using Visitor = absl::FunctionRef<bool(size_t index, const FileState& state)>;

// Calls `visit` for each file, from several threads where there are many. False
// if a file can't be examined, or `visit` returned false.
bool ExamineFiles(const Folder& folder, absl::Span<const char* const> names, Visitor visit) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> good = true;
  auto examine = [&](int folder_fd) {
    while (good) {
      const size_t begin = next.fetch_add(kFilesAtOnce);
      if (begin >= names.size()) break;
      const size_t end = std::min(begin + kFilesAtOnce, names.size());
      for (size_t i = begin; i < end; ++i) {
        struct stat status;
        if (fstatat(folder_fd, names[i], &status, 0) != 0 || !visit(i, FileState(status))) {
          good = false;
          break;
        }
      }
    }
  };
  const size_t threads = std::min<size_t>({names.size() / kFilesPerThread + 1, kMaxThreads,
                                           std::max(1u, std::thread::hardware_concurrency())});
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) {
    others.emplace_back([&] {
      // Threads that share a descriptor contend for its counter in the kernel.
      const int fd = openat(folder.fd(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (fd < 0) return;
      examine(fd);
      close(fd);
    });
  }
  examine(folder.fd());
  for (std::thread& other : others) other.join();
  return good;
}

void Append(const FileState& state, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&state), sizeof(state));
}

}  // namespace

absl::StatusOr<std::optional<FolderState>> ReadFolderState(const Folder& folder) {
  struct stat status;
  if (fstat(folder.fd(), &status) != 0) return std::nullopt;
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> list, folder.ListNames());
  // Files that were made in this order are examined faster in it.
  std::sort(list.begin(), list.end());
  std::vector<const char*> names;
  names.reserve(list.size());
  for (const std::string& name : list) names.push_back(name.c_str());
  std::vector<FileState> files(names.size(), FileState(status));
  auto keep = [&files](size_t index, const FileState& file) {
    files[index] = file;
    return true;
  };
  if (!ExamineFiles(folder, names, keep)) return std::nullopt;

  FolderState state;
  state.newest_seconds = FileState(status).NewestSeconds();
  Append(FileState(status), state.bytes);
  for (const std::string& name : list) state.bytes.append(name.c_str(), name.size() + 1);
  state.bytes.push_back('\0');
  for (const FileState& file : files) {
    Append(file, state.bytes);
    state.newest_seconds = std::max(state.newest_seconds, file.NewestSeconds());
  }
  return state;
}

bool IsInState(const Folder& folder, absl::string_view bytes) {
  struct stat status;
  if (fstat(folder.fd(), &status) != 0) return false;
  const FileState now(status);
  const std::optional<Parts> parts = Split(bytes);
  if (!parts.has_value() || memcmp(&now, parts->folder.data(), sizeof(now)) != 0 ||
      !TellsChanges(folder.fd())) {
    return false;
  }
  return ExamineFiles(folder, parts->names, [&parts](size_t index, const FileState& file) {
    return memcmp(&file, parts->files + index * sizeof(file), sizeof(file)) == 0;
  });
}

bool HaveSameFiles(absl::string_view bytes, absl::string_view other_bytes) {
  constexpr size_t kFiles = sizeof(FileState);
  return bytes.size() >= kFiles && other_bytes.size() >= kFiles &&
         bytes.substr(kFiles) == other_bytes.substr(kFiles);
}

}  // namespace brant
