#include "client/context.h"

#include <sys/stat.h>

#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

class FolderSource : public MigrationSource {
 public:
  explicit FolderSource(const Context& context) : context_(context) {}

  void Prepare() override {
    if (!context_.UsesRemoteAgent() || !context_.HasFolder()) return;
    prepared_ = std::async(std::launch::async, FolderDigest, context_.folder());
    // The kernel may have put it behind this thread, with another processor idle.
    std::this_thread::yield();
  }

  absl::StatusOr<std::string> Digest() override {
    if (prepared_.valid()) return prepared_.get();
    if (!context_.HasFolder()) {
      if (context_.UsesRemoteAgent()) return std::string();
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("there is no folder '", context_.folder(), "' of migrations here"))
          .Hint("'brant init' makes one; --migrations or BRANT_MIGRATIONS names another");
    }
    // A private agent reads the same folder: nothing needs to travel.
    if (!context_.UsesRemoteAgent()) return std::string();
    return FolderDigest(context_.folder());
  }

  absl::StatusOr<MigrationFiles> Read() override {
    BRANT_ASSIGN_OR_RETURN(std::vector<SourceFile> files, ReadMigrationFiles(context_.folder()));
    MigrationFiles read;
    read.digest = BundleDigest(files);
    for (SourceFile& file : files) {
      read.files.push_back({std::move(file.name), std::move(file.content)});
    }
    return read;
  }

 private:
  const Context& context_;
  std::future<absl::StatusOr<std::string>> prepared_;
};

}  // namespace

Context::Context(Console& console, const Settings& settings, std::string config)
    : console_(console),
      settings_(settings),
      config_(std::move(config)),
      migrations_(std::make_unique<FolderSource>(*this)) {}

Context::~Context() = default;

bool Context::HasFolder() const {
  if (settings_.Source("migrations") != SettingSource::kDefault) return true;
  struct stat status = {};
  return stat(folder().c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool Context::UsesRemoteAgent() const {
  // The one that is named more specifically counts; of equals, the agent.
  return !settings_.Text("agent").empty() &&
         (settings_.Text("database-url").empty() ||
          settings_.Source("agent") >= settings_.Source("database-url"));
}

bool Context::DatabaseNamedByFlag() const {
  return settings_.Source("agent") == SettingSource::kFlag ||
         settings_.Source("database-url") == SettingSource::kFlag;
}

absl::StatusOr<std::shared_ptr<const Bundle>> Context::bundle() {
  if (bundle_ == nullptr) {
    BRANT_ASSIGN_OR_RETURN(std::vector<SourceFile> files, ReadMigrationFiles(folder()));
    BRANT_ASSIGN_OR_RETURN(bundle_, MakeBundle(std::move(files)));
  }
  return bundle_;
}

absl::StatusOr<AgentClient*> Context::agent() { return Connect(true); }

absl::StatusOr<AgentClient*> Context::offline_agent() { return Connect(false); }

absl::StatusOr<AgentClient*> Context::Connect(bool needs_database) {
  if (agent_ != nullptr) return agent_.get();
  const std::string url = settings_.Text("database-url");
  if (settings_.Source("agent") == SettingSource::kFlag &&
      settings_.Source("database-url") == SettingSource::kFlag) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "--agent and --database-url exclude each other")
        .Hint("an agent knows its database");
  }
  AgentClientOptions options;
  BRANT_ASSIGN_OR_RETURN(options.retry_limit, settings_.Seconds("connect-timeout"));
  options.on_retry = [this](const absl::Status& status) {
    console_.Note(absl::StrCat("Trying again: ", status.message()));
  };
  std::unique_ptr<Connection> connection;
  if (UsesRemoteAgent()) {
    BRANT_ASSIGN_OR_RETURN(connection, ConnectRemote(settings_.Text("agent")));
  } else if (!url.empty() || !needs_database) {
    // Nobody waits on a laptop for a database that is down, unless asked to.
    if (settings_.Source("connect-timeout") == SettingSource::kDefault) {
      options.retry_limit = absl::ZeroDuration();
    }
    AgentProcessOptions process;
    // An offline plan asks no database; the agent wants to know of one.
    process.database_url = url.empty() ? "sqlite://" : url;
    process.config = config_;
    if (HasFolder()) process.migrations = folder();
    process.version_table = settings_.Text("version-table");
    process.version_table_schema = settings_.Text("version-table-schema");
    BRANT_ASSIGN_OR_RETURN(connection, ConnectPrivate(process));
  } else {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "no database is named")
        .Hint(
            "set DATABASE_URL (or --database-url), for example sqlite:///app.db or "
            "postgresql://user:password@host/name; or name a running agent with --agent");
  }
  agent_ = std::make_unique<AgentClient>(std::move(connection), std::move(options));
  return agent_.get();
}

}  // namespace brant
