#include "agent/database/url.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr absl::string_view kForms =
    "postgresql://user:password@host:5432/name, mysql://user:password@host:3306/name, "
    "sqlite:///relative/path.db or sqlite:////absolute/path.db";
constexpr absl::string_view kEncode =
    "in user name and password, write / as %2F, : as %3A, @ as %40, ? as %3F and % as %25";

absl::Status BadUrl(absl::string_view what, absl::string_view hint) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST, absl::StrCat("the database URL ", what))
      .Hint(hint);
}

absl::StatusOr<std::string> Decode(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    absl::string_view digits = text.substr(i + 1, 2);
    if (digits.size() < 2 || !absl::ascii_isxdigit(digits[0]) || !absl::ascii_isxdigit(digits[1])) {
      return BadUrl("has a % that is not followed by two hexadecimal digits", kEncode);
    }
    out += absl::HexStringToBytes(digits);
    i += 2;
  }
  if (out.find('\0') != std::string::npos) {
    return BadUrl("holds a NUL byte", "remove the %00");
  }
  return out;
}

std::optional<Dialect> DialectOfScheme(absl::string_view scheme) {
  absl::string_view name = scheme.substr(0, scheme.find('+'));
  if (name == "postgres") return Dialect::kPostgresql;
  if (name == "mariadb") return Dialect::kMysql;
  if (name == "sqlite3") return Dialect::kSqlite;
  return DialectFromName(name);
}

absl::StatusOr<int> ParsePort(absl::string_view text) {
  int port = 0;
  // The text may be the end of a password, so it is not shown.
  if (!absl::SimpleAtoi(text, &port) || port < 1 || port > 65535) {
    return BadUrl("has a port that is no number between 1 and 65535", kEncode);
  }
  return port;
}

// host, host:port, [::1]:port; a list of them separated by commas.
absl::Status ParseHosts(absl::string_view text, DatabaseUrl& url) {
  std::vector<std::string> hosts;
  std::vector<std::string> ports;
  bool several = absl::StrContains(text, ',');
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    size_t host_end = part.find(':');
    absl::string_view host = part.substr(0, host_end);
    if (absl::StartsWith(part, "[")) {
      size_t close = part.find(']');
      bool closed = close != kNone && (close + 1 == part.size() || part[close + 1] == ':');
      if (!closed) return BadUrl("has a host in [brackets] that does not end", kForms);
      host = part.substr(1, close - 1);
      host_end = close + 1 == part.size() ? kNone : close + 1;
    }
    BRANT_ASSIGN_OR_RETURN(std::string decoded, Decode(host));
    hosts.push_back(std::move(decoded));
    absl::string_view port = host_end == kNone ? "" : part.substr(host_end + 1);
    if (!port.empty()) {
      BRANT_ASSIGN_OR_RETURN(url.port, ParsePort(port));
    }
    ports.emplace_back(port);
  }
  url.host = absl::StrJoin(hosts, ",");
  if (!several) return absl::OkStatus();
  url.port = 0;
  std::string list = absl::StrJoin(ports, ",");
  if (list.size() >= ports.size()) url.options["port"] = list;
  return absl::OkStatus();
}

absl::Status ParseAuthority(absl::string_view text, DatabaseUrl& url) {
  // The last @, so that a password may hold one.
  size_t at = text.rfind('@');
  if (at != kNone) {
    absl::string_view login = text.substr(0, at);
    size_t colon = login.find(':');
    BRANT_ASSIGN_OR_RETURN(url.user, Decode(login.substr(0, colon)));
    if (colon != kNone) {
      BRANT_ASSIGN_OR_RETURN(url.password, Decode(login.substr(colon + 1)));
    }
    text.remove_prefix(at + 1);
  }
  return ParseHosts(text, url);
}

absl::Status ParseOptions(absl::string_view query, DatabaseUrl& url) {
  for (absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    size_t equals = part.find('=');
    if (equals == kNone || equals == 0) {
      return BadUrl("has an option without a name or a value", "write options as ?name=value");
    }
    BRANT_ASSIGN_OR_RETURN(std::string name, Decode(part.substr(0, equals)));
    BRANT_ASSIGN_OR_RETURN(std::string value, Decode(part.substr(equals + 1)));
    if (name == "user") {
      url.user = value;
    } else if (name == "password") {
      url.password = value;
    } else if (name == "host") {
      url.host = value;
    } else if (name == "dbname" || name == "database") {
      url.database = value;
    } else if (name == "port" && !absl::StrContains(value, ',')) {
      url.options.erase("port");
      BRANT_ASSIGN_OR_RETURN(url.port, ParsePort(value));
    } else {
      url.options[name] = value;
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFileUrl(const DatabaseUrl& url) {
  if (url.host.empty() && url.user.empty() && url.password.empty() && url.port == 0) {
    return absl::OkStatus();
  }
  return BadUrl("of a SQLite file has a host",
                "write three slashes before a relative path, four before an absolute one: "
                "sqlite:///relative/path.db, sqlite:////absolute/path.db");
}

// Everything but letters, digits and what needs no encoding in any part.
std::string Encode(absl::string_view text, absl::string_view allowed) {
  std::string out;
  for (char c : text) {
    if (absl::ascii_isalnum(c) || absl::StrContains("-._~", c) || absl::StrContains(allowed, c)) {
      out.push_back(c);
    } else {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool IsSecret(absl::string_view option) {
  std::string name = absl::AsciiStrToLower(option);
  return absl::StrContains(name, "pass") || absl::StrContains(name, "secret") ||
         absl::StrContains(name, "token");
}

}  // namespace

absl::StatusOr<DatabaseUrl> ParseDatabaseUrl(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return BadUrl("is empty", absl::StrCat("write it as ", kForms));
  size_t scheme_end = text.find("://");
  if (scheme_end == kNone) {
    return BadUrl("has no ://", absl::StrCat("write it as ", kForms));
  }
  std::optional<Dialect> dialect = DialectOfScheme(text.substr(0, scheme_end));
  if (!dialect) {
    return BadUrl("does not begin with postgresql://, mysql:// or sqlite://",
                  absl::StrCat("write it as ", kForms));
  }
  DatabaseUrl url;
  url.dialect = *dialect;
  absl::string_view rest = text.substr(scheme_end + 3);
  size_t query_begin = rest.find('?');
  absl::string_view query = query_begin == kNone ? "" : rest.substr(query_begin + 1);
  rest = rest.substr(0, query_begin);
  size_t path_begin = rest.find('/');
  if (path_begin != kNone) {
    BRANT_ASSIGN_OR_RETURN(url.database, Decode(rest.substr(path_begin + 1)));
    rest = rest.substr(0, path_begin);
  }
  BRANT_RETURN_IF_ERROR(ParseAuthority(rest, url));
  BRANT_RETURN_IF_ERROR(ParseOptions(query, url));
  if (url.dialect == Dialect::kSqlite) {
    BRANT_RETURN_IF_ERROR(CheckFileUrl(url));
    if (url.database == ":memory:") url.database.clear();
  }
  return url;
}

std::string DisplayUrl(const DatabaseUrl& url) {
  std::string out = absl::StrCat(DialectName(url.dialect), "://");
  if (!url.user.empty() || !url.password.empty()) {
    absl::StrAppend(&out, Encode(url.user, ""), url.password.empty() ? "" : ":***", "@");
  }
  absl::string_view hosts = url.host;
  bool address = absl::StrContains(hosts, ':') && !absl::StrContains(hosts, ',');
  absl::StrAppend(&out, address ? "[" : "", Encode(hosts, address ? ":" : ","), address ? "]" : "");
  if (url.port != 0) absl::StrAppend(&out, ":", url.port);
  if (!url.database.empty()) {
    absl::StrAppend(&out, "/", Encode(url.database, url.dialect == Dialect::kSqlite ? "/:@" : ""));
  }
  char separator = '?';
  for (const auto& [name, value] : url.options) {
    absl::StrAppend(&out, std::string(1, separator), Encode(name, ""), "=",
                    IsSecret(name) ? "***" : Encode(value, "/:@,"));
    separator = '&';
  }
  return out;
}

}  // namespace brant
