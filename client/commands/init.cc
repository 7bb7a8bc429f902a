#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/new_file.h"
#include "client/ui/json.h"

namespace brant {
namespace {

constexpr char kConfig[] = "brant.toml";

// The folder stands for $FOLDER.
constexpr char kTemplate[] =
    R"(# Settings of brant and brantd. Flags and environment variables come first:
# flag over environment over this file.

# Where the migration files are, seen from this file.
migrations = $FOLDER

# The database. Better kept out of files that are committed: set DATABASE_URL.
# database-url = "postgresql://app@localhost/app"

# A running agent to use instead; several are tried in order. BRANT_AGENT.
# agent = "localhost:7420"

# Where the database's revision is kept. 'alembic_version' shares it with Alembic.
# version-table = "brant_version"
# version-table-schema = ""

# What the schema should be, for 'brant revision --autogenerate', 'check' and 'diff'; one of:
# models = "models"               # protobuf files whose messages are tables
# schema = "schema.sql"           # SQL that makes it from nothing: a file or folder
# schema-command = "python3 schema.py"
# schema-url = "postgresql://app@localhost/other"
# The databases that migrations are written for; the connected one if there are none.
# dialects = ["postgresql", "sqlite"]

# How many seconds to try to reach the agent or the database.
# connect-timeout = 30
)";

absl::Status SystemError(absl::string_view what, const std::string& path) {
  return Error(v1::ERROR_REASON_SYSTEM_ERROR,
               absl::StrCat("can't ", what, " ", path, ": ", std::strerror(errno)));
}

bool Exists(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0;
}

bool IsEmptyFolder(const std::string& path) {
  std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (folder == nullptr) return false;
  while (const dirent* entry = readdir(folder.get())) {
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

// Makes a folder and those above it.
absl::Status MakeFolders(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (mkdir(path.substr(0, slash).c_str(), 0777) != 0 && errno != EEXIST) {
      return SystemError("make the folder", path.substr(0, slash));
    }
  }
  if (mkdir(path.c_str(), 0777) != 0) return SystemError("make the folder", path);
  return absl::OkStatus();
}

class InitCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("DIR", &folder_, false, "The folder (default: migrations)");
  }

  absl::StatusOr<int> Run(Context& context) override {
    while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
    if (folder_.empty()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "the folder's name is empty");
    }
    if (Exists(kConfig)) return AlreadyThere(kConfig);
    if (!IsEmptyFolder(folder_)) {
      if (Exists(folder_)) return AlreadyThere(folder_);
      BRANT_RETURN_IF_ERROR(MakeFolders(folder_));
    }
    // A JSON string is a TOML string too.
    BRANT_RETURN_IF_ERROR(
        WriteNewFile(kConfig, absl::StrReplaceAll(kTemplate, {{"$FOLDER", JsonString(folder_)}})));
    Console& console = context.console();
    if (console.json()) {
      console.Print(absl::StrCat("{\"migrations\":", JsonString(folder_),
                                 ",\"config\":", JsonString(kConfig), "}"));
      return kExitDone;
    }
    console.Note(absl::StrCat(
        "Made ", folder_, "/ and ", kConfig, ". Next:\n",
        "  brant revision -m 'Create users'           writes the first migration file\n"
        "  export DATABASE_URL=sqlite:///app.db       names the database\n"
        "  brant upgrade head                         applies it"));
    return kExitDone;
  }

 private:
  std::string folder_ = "migrations";
};

}  // namespace

std::unique_ptr<Command> MakeInitCommand() { return std::make_unique<InitCommand>(); }

}  // namespace brant
