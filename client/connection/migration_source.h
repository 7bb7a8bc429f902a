#ifndef BRANT_CLIENT_CONNECTION_MIGRATION_SOURCE_H_
#define BRANT_CLIENT_CONNECTION_MIGRATION_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brant {

struct MigrationFiles {
  // The digest of exactly these files.
  std::string digest;
  struct File {
    std::string name;
    std::string content;
  };
  std::vector<File> files;
};

// The migrations that go with a request: by digest first, whole only if the
// agent does not know them.
class MigrationSource {
 public:
  virtual ~MigrationSource() = default;

  // Begins to find the digest out, which takes a while, beside what the caller
  // does until it asks for it.
  virtual void Prepare() {}
  // Empty: the agent's own migrations are meant.
  virtual absl::StatusOr<std::string> Digest() = 0;
  virtual absl::StatusOr<MigrationFiles> Read() = 0;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_MIGRATION_SOURCE_H_
