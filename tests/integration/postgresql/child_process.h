#ifndef BRANT_TESTS_INTEGRATION_POSTGRESQL_CHILD_PROCESS_H_
#define BRANT_TESTS_INTEGRATION_POSTGRESQL_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brant {

// A folder of its own that servers may write to, gone with the object.
class ServerFolder {
 public:
  ServerFolder();
  ~ServerFolder();
  ServerFolder(const ServerFolder&) = delete;
  ServerFolder& operator=(const ServerFolder&) = delete;

  const std::string& path() const { return path_; }
  // `text` in a file that only the servers' user reads.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

// A program that runs as the user of PostgreSQL if this one runs as root, since
// servers refuse that. Ends with the object, or with the test.
class ChildProcess {
 public:
  // It is stopped by `stop_signal`.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(std::vector<std::string> command,
                                                             int stop_signal);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until it has written `text`. An error, with all that it wrote, if it
  // ended before.
  absl::Status WaitFor(const std::string& text);
  // Waits for its end, which must be a success.
  absl::Status Finish();

 private:
  ChildProcess(pid_t pid, int output, int stop_signal)
      : pid_(pid), output_(output), stop_signal_(stop_signal) {}
  bool ReadMore();

  pid_t pid_;
  int output_;
  int stop_signal_;
  std::string written_;
};

// A port of loopback that nobody listened on a moment ago.
int FreePort();

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_POSTGRESQL_CHILD_PROCESS_H_
