#ifndef BRANT_CLIENT_CONNECTION_FAKE_SOURCE_H_
#define BRANT_CLIENT_CONNECTION_FAKE_SOURCE_H_

#include <string>

#include "client/connection/migration_source.h"

namespace brant {

// Two small files, unless a test brings others.
class FakeSource : public MigrationSource {
 public:
  absl::StatusOr<std::string> Digest() override { return digest; }
  absl::StatusOr<MigrationFiles> Read() override { return files; }

  std::string digest = "digest";
  MigrationFiles files = {"digest", {{"a.sql", "SELECT 1"}, {"b.sql", "SELECT 2"}}};
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_FAKE_SOURCE_H_
