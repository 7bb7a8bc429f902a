// Settings of both programs: flag over environment over brant.toml over
// default. docs/commands.md lists them.
//
// One brant.toml serves both programs: keys that both know stand at the top,
// the agent's own in the table [brantd]. A key is the name of its flag without
// the dashes in front.

#ifndef BRANT_AGENT_BASE_SETTINGS_H_
#define BRANT_AGENT_BASE_SETTINGS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace brant {

// Where brantd listens unless told otherwise.
inline constexpr int kDefaultAgentPort = 7420;

enum class SettingType {
  kText,
  // A file or folder. A relative one in brant.toml starts at that file's folder.
  kPath,
  // Texts separated by commas; in brant.toml also an array.
  kList,
  kInteger,
  kBoolean,
  // Seconds, fractions allowed.
  kSeconds,
};

struct SettingDefinition {
  // In brant.toml; `table.name` for a key of a table.
  absl::string_view key;
  SettingType type = SettingType::kText;
  // Used unless there is a value from elsewhere; may be empty.
  absl::string_view fallback;
  // Environment variables, the strongest first; an empty value counts as unset.
  absl::Span<const char* const> environment;
};

// Every setting of brant and brantd.
absl::Span<const SettingDefinition> AllSettings();

enum class SettingSource { kDefault, kFile, kEnvironment, kFlag };

// Not thread-safe; cheap to make. Asking for a key that is not defined is a bug
// and ends the program.
class Settings {
 public:
  using Environment = std::function<const char*(const char* name)>;

  // `definitions` must outlive the settings.
  explicit Settings(absl::Span<const SettingDefinition> definitions = AllSettings(),
                    Environment environment = ReadEnvironment());

  // Reads a TOML file. Errors: INVALID_REQUEST if it is not there or holds what
  // no definition names or types, with file, line and column.
  absl::Status ReadFile(const std::string& path);

  // As given on the command line.
  void SetFlag(absl::string_view key, absl::string_view value);

  // Where the value of a setting comes from.
  SettingSource Source(absl::string_view key) const;

  // The value as text.
  std::string Text(absl::string_view key) const;

  // The value as its type says. Errors: INVALID_REQUEST that names the source.
  absl::StatusOr<int64_t> Integer(absl::string_view key) const;
  absl::StatusOr<bool> Boolean(absl::string_view key) const;
  absl::StatusOr<absl::Duration> Seconds(absl::string_view key) const;

 private:
  struct Found {
    std::string value;
    SettingSource source = SettingSource::kDefault;
    // The variable, or file and line; for errors.
    std::string origin;
  };

  static Environment ReadEnvironment();
  const SettingDefinition* FindDefinition(absl::string_view key) const;
  Found Find(absl::string_view key) const;
  absl::Status Invalid(absl::string_view key, const Found& found, absl::string_view expected) const;

  absl::Span<const SettingDefinition> definitions_;
  Environment environment_;
  absl::flat_hash_map<std::string, std::string> flags_;
  // Value and origin.
  absl::flat_hash_map<std::string, Found> file_;
};

}  // namespace brant

#endif  // BRANT_AGENT_BASE_SETTINGS_H_
