// A real database whose connections a test takes away.

#ifndef BRANT_TESTS_INTEGRATION_AGENT_UNRELIABLE_DATABASE_H_
#define BRANT_TESTS_INTEGRATION_AGENT_UNRELIABLE_DATABASE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "agent/database/database.h"

namespace brant {

// Hooks are called by whichever thread it is that connects or commits. They must
// be set before there are several.
class UnreliableDatabase : public Database {
 public:
  explicit UnreliableDatabase(std::unique_ptr<Database> real) : real_(std::move(real)) {}

  // Before it connects; an error is the answer.
  std::function<absl::Status(const SessionOptions& options)> on_connect;
  std::function<void(const SessionOptions& options, const Session& session)> on_connected;
  // After a transaction was committed. True: the answer never came, and the
  // connection is broken.
  std::function<bool()> on_committed;

  Dialect dialect() const override { return real_->dialect(); }
  std::string DisplayName() const override { return real_->DisplayName(); }
  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override;
  absl::StatusOr<std::string> CheckWritable(Session& session) override;
  absl::StatusOr<std::string> ServerVersion(Session& session) override;
  absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                   absl::string_view table) override;

 private:
  const std::unique_ptr<Database> real_;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_AGENT_UNRELIABLE_DATABASE_H_
