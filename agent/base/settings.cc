#include "agent/base/settings.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"
#include "agent/base/toml.h"

namespace brant {
namespace {

constexpr const char* kAgentVariable[] = {"BRANT_AGENT"};
constexpr const char* kDatabaseUrlVariables[] = {"BRANT_DATABASE_URL", "DATABASE_URL"};
constexpr const char* kMigrationsVariable[] = {"BRANT_MIGRATIONS"};
constexpr const char* kVersionTableVariable[] = {"BRANT_VERSION_TABLE"};
constexpr const char* kVersionTableSchemaVariable[] = {"BRANT_VERSION_TABLE_SCHEMA"};
constexpr const char* kScratchUrlVariable[] = {"BRANT_SCRATCH_URL"};
constexpr const char* kListenVariable[] = {"BRANT_LISTEN"};
constexpr const char* kLogLevelVariable[] = {"BRANT_LOG_LEVEL"};

constexpr SettingDefinition kSettings[] = {
    {"agent", SettingType::kList, "", kAgentVariable},
    {"database-url", SettingType::kText, "", kDatabaseUrlVariables},
    {"migrations", SettingType::kPath, "migrations", kMigrationsVariable},
    {"version-table", SettingType::kText, "brant_version", kVersionTableVariable},
    {"version-table-schema", SettingType::kText, "", kVersionTableSchemaVariable},
    {"connect-timeout", SettingType::kSeconds, "30", {}},
    {"timeout", SettingType::kSeconds, "", {}},
    {"models", SettingType::kPath, "", {}},
    {"schema", SettingType::kPath, "", {}},
    {"schema-command", SettingType::kText, "", {}},
    {"schema-url", SettingType::kText, "", {}},
    {"schemas", SettingType::kList, "", {}},
    {"exclude", SettingType::kList, "", {}},
    {"dialects", SettingType::kList, "", {}},
    {"scratch-url", SettingType::kList, "", kScratchUrlVariable},
    {"brantd.listen", SettingType::kList, "127.0.0.1:7420", kListenVariable},
    {"brantd.log-level", SettingType::kText, "info", kLogLevelVariable},
    {"brantd.lock-wait", SettingType::kSeconds, "", {}},
    {"brantd.lock-timeout", SettingType::kSeconds, "3", {}},
    {"brantd.reconnect-limit", SettingType::kSeconds, "60", {}},
    {"brantd.shutdown-grace", SettingType::kSeconds, "20", {}},
};

absl::string_view TypeName(SettingType type) {
  switch (type) {
    case SettingType::kText:
    case SettingType::kPath:
      return "a string";
    case SettingType::kList:
      return "a string or an array of strings";
    case SettingType::kInteger:
      return "an integer";
    case SettingType::kBoolean:
      return "true or false";
    case SettingType::kSeconds:
      return "a number of seconds";
  }
  return "";
}

bool Fits(TomlType found, SettingType wanted) {
  switch (wanted) {
    case SettingType::kText:
    case SettingType::kPath:
      return found == TomlType::kString;
    case SettingType::kList:
      return found == TomlType::kString || found == TomlType::kStringArray;
    case SettingType::kInteger:
      return found == TomlType::kInteger;
    case SettingType::kBoolean:
      return found == TomlType::kBoolean;
    case SettingType::kSeconds:
      return found == TomlType::kInteger || found == TomlType::kFloat;
  }
  return false;
}

// `path` as seen from the folder that holds `file`.
std::string RelativeTo(absl::string_view file, std::string path) {
  const size_t slash = file.rfind('/');
  if (slash == absl::string_view::npos || path.empty() || path[0] == '/') return path;
  return absl::StrCat(file.substr(0, slash + 1), path);
}

}  // namespace

absl::Span<const SettingDefinition> AllSettings() { return kSettings; }

Settings::Environment Settings::ReadEnvironment() {
  return [](const char* name) -> const char* { return std::getenv(name); };
}

Settings::Settings(absl::Span<const SettingDefinition> definitions, Environment environment)
    : definitions_(definitions), environment_(std::move(environment)) {}

const SettingDefinition* Settings::FindDefinition(absl::string_view key) const {
  for (const SettingDefinition& definition : definitions_) {
    if (definition.key == key) return &definition;
  }
  return nullptr;
}

absl::Status Settings::ReadFile(const std::string& path) {
  BRANT_ASSIGN_OR_RETURN(std::vector<TomlEntry> entries, ReadToml(path));
  for (TomlEntry& entry : entries) {
    const SettingDefinition* definition = FindDefinition(entry.key);
    if (definition == nullptr) {
      const std::string dashed = absl::StrReplaceAll(entry.key, {{"_", "-"}});
      Error error(v1::ERROR_REASON_INVALID_REQUEST,
                  absl::StrCat("unknown setting '", entry.key, "'"));
      error.At(path, entry.line, entry.column);
      if (FindDefinition(dashed) != nullptr) {
        error.Hint(absl::StrCat("it is written '", dashed, "'"));
      } else {
        error.Hint(absl::StrCat(
            "the settings are ",
            absl::StrJoin(definitions_, ", ", [](std::string* out, const SettingDefinition& known) {
              absl::StrAppend(out, known.key);
            })));
      }
      return error;
    }
    if (!Fits(entry.type, definition->type)) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("'", entry.key, "' must be ", TypeName(definition->type)))
          .At(path, entry.line, entry.column);
    }
    if (definition->type == SettingType::kPath) {
      entry.value = RelativeTo(path, std::move(entry.value));
    }
    file_[entry.key] =
        Found{std::move(entry.value), SettingSource::kFile, absl::StrCat(path, ":", entry.line)};
  }
  return absl::OkStatus();
}

void Settings::SetFlag(absl::string_view key, absl::string_view value) {
  flags_[key] = std::string(value);
}

Settings::Found Settings::Find(absl::string_view key) const {
  const SettingDefinition* definition = FindDefinition(key);
  if (definition == nullptr) std::abort();
  if (auto flag = flags_.find(key); flag != flags_.end()) {
    const size_t dot = key.rfind('.');
    return {flag->second, SettingSource::kFlag,
            absl::StrCat("--", dot == absl::string_view::npos ? key : key.substr(dot + 1))};
  }
  for (const char* variable : definition->environment) {
    const char* value = environment_(variable);
    if (value != nullptr && *value != '\0') return {value, SettingSource::kEnvironment, variable};
  }
  if (auto entry = file_.find(key); entry != file_.end()) return entry->second;
  return {std::string(definition->fallback), SettingSource::kDefault, "default"};
}

SettingSource Settings::Source(absl::string_view key) const { return Find(key).source; }

std::string Settings::Text(absl::string_view key) const { return Find(key).value; }

absl::Status Settings::Invalid(absl::string_view key, const Found& found,
                               absl::string_view expected) const {
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat(found.origin, ": '", found.value, "' is not ", expected))
      .With("setting", key);
}

absl::StatusOr<int64_t> Settings::Integer(absl::string_view key) const {
  const Found found = Find(key);
  int64_t value;
  if (!absl::SimpleAtoi(found.value, &value)) return Invalid(key, found, "an integer");
  return value;
}

absl::StatusOr<bool> Settings::Boolean(absl::string_view key) const {
  const Found found = Find(key);
  bool value;
  if (!absl::SimpleAtob(found.value, &value)) return Invalid(key, found, "true or false");
  return value;
}

absl::StatusOr<absl::Duration> Settings::Seconds(absl::string_view key) const {
  const Found found = Find(key);
  double value;
  // The upper bound keeps the value within what deadlines can express.
  if (!absl::SimpleAtod(found.value, &value) || !(value >= 0) || value > 1e9) {
    return Invalid(key, found, "a number of seconds");
  }
  return absl::Seconds(value);
}

}  // namespace brant
