#include "agent/schema/postgresql/identifier.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace brant {
namespace {

// What pg_get_keywords() of any supported version does not call unreserved.
constexpr absl::string_view kKeywords =
    "all analyse analyze and any array as asc asymmetric authorization between bigint binary "
    "bit boolean both case cast char character check coalesce collate collation column "
    "concurrently constraint create cross current_catalog current_date current_role "
    "current_schema current_time current_timestamp current_user dec decimal default "
    "deferrable desc distinct do else end except exists extract false fetch float for foreign "
    "freeze from full grant greatest group grouping having ilike in initially inner inout int "
    "integer intersect interval into is isnull join json json_array json_arrayagg json_exists "
    "json_object json_objectagg json_query json_scalar json_serialize json_table json_value "
    "lateral leading least left like limit localtime localtimestamp merge_action national "
    "natural nchar none normalize not notnull null nullif numeric offset on only or order out "
    "outer overlaps overlay placing position precision primary real references returning "
    "right row select session_user setof similar smallint some substring symmetric "
    "system_user table tablesample then time timestamp to trailing treat trim true union "
    "unique user using values varchar variadic verbose when where window with xmlattributes "
    "xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot "
    "xmlserialize xmltable";

bool IsKeyword(absl::string_view word) {
  static const auto* keywords =
      new absl::flat_hash_set<absl::string_view>(absl::StrSplit(kKeywords, ' '));
  return keywords->contains(word);
}

bool IsPlain(absl::string_view identifier) {
  if (identifier.empty() || absl::ascii_isdigit(identifier[0])) return false;
  return absl::c_all_of(identifier, [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
  });
}

bool IsWordByte(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

// The index behind the quoted text that begins at `begin`.
size_t EndOfQuoted(absl::string_view sql, size_t begin) {
  const size_t end = sql.find(sql[begin], begin + 1);
  return end == absl::string_view::npos ? sql.size() : end + 1;
}

}  // namespace

std::string QuotePostgresql(absl::string_view identifier) {
  if (IsPlain(identifier) && !IsKeyword(identifier)) return std::string(identifier);
  return absl::StrCat("\"", absl::StrReplaceAll(identifier, {{"\"", "\"\""}}), "\"");
}

std::string QuotePostgresql(const ObjectName& name) {
  if (name.schema.empty()) return QuotePostgresql(name.name);
  return absl::StrCat(QuotePostgresql(name.schema), ".", QuotePostgresql(name.name));
}

std::string QuoteListPostgresql(const std::vector<std::string>& identifiers) {
  return absl::StrJoin(identifiers, ", ", [](std::string* out, const std::string& identifier) {
    absl::StrAppend(out, QuotePostgresql(identifier));
  });
}

std::string QuoteDottedPostgresql(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits('.', 1));
  return parts.size() == 1 ? QuotePostgresql(name)
                           : QuotePostgresql(ObjectName{parts[0], parts[1]});
}

std::string LiteralPostgresql(absl::string_view text) {
  // standard_conforming_strings may be off; E'' means the same in both.
  const bool escapes = text.find('\\') != absl::string_view::npos;
  return absl::StrCat(escapes ? "E'" : "'",
                      absl::StrReplaceAll(text, {{"'", "''"}, {"\\", "\\\\"}}), "'");
}

bool MentionsPostgresql(absl::string_view sql, absl::string_view identifier) {
  size_t at = 0;
  while (at < sql.size()) {
    size_t end = at + 1;
    if (sql[at] == '\'' || sql[at] == '"') {
      end = EndOfQuoted(sql, at);
      if (sql[at] == '"' && sql.substr(at, end - at) == absl::StrCat("\"", identifier, "\"")) {
        return true;
      }
    } else if (IsWordByte(sql[at])) {
      while (end < sql.size() && IsWordByte(sql[end])) ++end;
      if (sql.substr(at, end - at) == identifier) return true;
    }
    at = end;
  }
  return false;
}

}  // namespace brant
