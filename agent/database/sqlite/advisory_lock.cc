#include "agent/database/sqlite/advisory_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

absl::Status LockFileError(absl::string_view action, const std::string& path, int error) {
  v1::ErrorReason reason = v1::ERROR_REASON_SYSTEM_ERROR;
  if (error == EACCES || error == EPERM) reason = v1::ERROR_REASON_DATABASE_PERMISSION_DENIED;
  if (error == EROFS) reason = v1::ERROR_REASON_DATABASE_READ_ONLY;
  return Error(reason,
               absl::StrCat("can't ", action, " the lock file ", path, ": ", std::strerror(error)))
      .Hint("the agent's user must be able to make files beside the database");
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// The whole file, by an 'open file description' lock: unlike an ordinary one, it
// also excludes within a process, and survives that another descriptor of the
// file is closed.
struct flock WholeFile() {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool IsFileAt(int fd, const std::string& path) {
  struct stat opened;
  struct stat named;
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

class FileLock : public AdvisoryLock {
 public:
  explicit FileLock(std::string path) : path_(std::move(path)) {}
  ~FileLock() override { Unlock(); }

  // Who holds the lock may remove the file. So a lock counts only if its file is
  // still the one that the path names.
  absl::StatusOr<bool> TryLock(absl::string_view holder) override {
    while (!held_.ok()) {
      FileDescriptor file(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
      if (!file.ok()) return LockFileError("open", path_, errno);
      struct flock lock = WholeFile();
      if (fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES) return false;
        return LockFileError("lock", path_, errno);
      }
      if (IsFileAt(file.get(), path_)) held_ = std::move(file);
    }
    // For people only: without it the lock is as good.
    if (ftruncate(held_.get(), 0) == 0) {
      (void)!pwrite(held_.get(), holder.data(), holder.size(), 0);
    }
    return true;
  }

  void Unlock() override {
    if (!held_.ok()) return;
    unlink(path_.c_str());
    FileDescriptor closed = std::move(held_);
  }

  absl::StatusOr<std::string> Holder() override {
    FileDescriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.ok()) {
      if (errno == ENOENT) return "";
      return LockFileError("open", path_, errno);
    }
    struct flock lock = WholeFile();
    if (fcntl(file.get(), F_OFD_GETLK, &lock) != 0) return LockFileError("read", path_, errno);
    if (lock.l_type == F_UNLCK) return "";
    char text[256];
    ssize_t size = pread(file.get(), text, sizeof(text), 0);
    return size > 0 ? std::string(text, size) : "another process";
  }

 private:
  const std::string path_;
  FileDescriptor held_;
};

class MemoryLock : public AdvisoryLock {
 public:
  explicit MemoryLock(std::shared_ptr<MemoryLockState> state) : state_(std::move(state)) {}
  ~MemoryLock() override { Unlock(); }

  absl::StatusOr<bool> TryLock(absl::string_view holder) override {
    absl::MutexLock lock(&state_->mutex);
    if (state_->held && !held_) return false;
    state_->held = held_ = true;
    state_->holder = std::string(holder);
    return true;
  }

  void Unlock() override {
    if (!held_) return;
    absl::MutexLock lock(&state_->mutex);
    state_->held = held_ = false;
  }

  absl::StatusOr<std::string> Holder() override {
    absl::MutexLock lock(&state_->mutex);
    return state_->held ? state_->holder : "";
  }

 private:
  const std::shared_ptr<MemoryLockState> state_;
  bool held_ = false;
};

}  // namespace

std::unique_ptr<AdvisoryLock> MakeFileLock(std::string path) {
  return std::make_unique<FileLock>(std::move(path));
}

std::unique_ptr<AdvisoryLock> MakeMemoryLock(std::shared_ptr<MemoryLockState> state) {
  return std::make_unique<MemoryLock>(std::move(state));
}

}  // namespace brant
