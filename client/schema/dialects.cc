#include "client/schema/dialects.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/database/url.h"

namespace brant {

absl::StatusOr<std::vector<v1::Dialect>> ReadDialects(const Context& context,
                                                      const std::vector<std::string>& flag) {
  const std::string setting = context.settings().Text("dialects");
  std::vector<std::string> names = flag;
  if (flag.empty()) names = absl::StrSplit(setting, ',', absl::SkipWhitespace());
  std::vector<v1::Dialect> dialects;
  for (absl::string_view name : names) {
    name = absl::StripAsciiWhitespace(name);
    const std::optional<Dialect> dialect = DialectFromName(name);
    if (!dialect.has_value()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("unknown dialect '", name, "'",
                                flag.empty() ? " in the setting 'dialects'" : ""))
          .Hint("the dialects are postgresql, sqlite and mysql (which is MariaDB too)");
    }
    dialects.push_back(ToProto(*dialect));
  }
  return dialects;
}

std::vector<v1::Dialect> DialectOfDatabase(const Context& context) {
  if (context.UsesRemoteAgent()) return {};
  // What is wrong with the URL is said by who uses it.
  const auto url = ParseDatabaseUrl(context.settings().Text("database-url"));
  if (!url.ok()) return {};
  return {ToProto(url->dialect)};
}

}  // namespace brant
