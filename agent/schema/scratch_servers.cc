#include "agent/schema/scratch_servers.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/open.h"
#include "agent/database/url.h"

namespace brant {
namespace {

// A URL may have commas in it; the next one begins with a scheme.
bool BeginsUrl(absl::string_view text) {
  size_t end = 0;
  while (end < text.size() && (absl::ascii_isalnum(text[end]) || text[end] == '+')) ++end;
  return end > 0 && text.substr(end, 3) == "://";
}

std::vector<std::string> SplitUrls(absl::string_view text) {
  std::vector<std::string> urls;
  std::string url;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool is_blank = absl::ascii_isspace(text[at]);
    if (is_blank ||
        (text[at] == ',' && BeginsUrl(absl::StripLeadingAsciiWhitespace(text.substr(at + 1))))) {
      if (!url.empty()) urls.push_back(std::exchange(url, ""));
    } else {
      url += text[at];
    }
  }
  if (!url.empty()) urls.push_back(std::move(url));
  return urls;
}

}  // namespace

ScratchServers::ScratchServers() {
  DatabaseUrl in_memory;
  in_memory.dialect = Dialect::kSqlite;
  // It connects to nothing, so nothing can fail.
  databases_.push_back(OpenDatabase(in_memory).value());
}

absl::StatusOr<ScratchServers> ScratchServers::Open(absl::string_view urls) {
  ScratchServers servers;
  for (const std::string& text : SplitUrls(urls)) {
    const absl::StatusOr<DatabaseUrl> parsed = ParseDatabaseUrl(text);
    if (!parsed.ok()) {
      return WithDetail(parsed.status(), "hint", "correct scratch-url (BRANT_SCRATCH_URL)");
    }
    const DatabaseUrl& url = *parsed;
    // It needs no server, whatever a setting that others share says.
    if (url.dialect == Dialect::kSqlite) continue;
    if (servers.For(url.dialect) != nullptr) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("scratch-url names two databases of one kind, ",
                                DialectName(url.dialect)))
          .Hint("name one for each kind of database");
    }
    BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, OpenDatabase(url));
    servers.databases_.push_back(std::move(database));
  }
  return servers;
}

Database* ScratchServers::For(Dialect dialect) const {
  const auto found = absl::c_find_if(
      databases_, [dialect](const auto& database) { return database->dialect() == dialect; });
  return found != databases_.end() ? found->get() : nullptr;
}

}  // namespace brant
