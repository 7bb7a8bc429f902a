#include "agent/schema/mysql/identifiers.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace brant::mysql {
namespace {

// Reserved by MySQL 8.4, MariaDB 11, or an older version of them.
constexpr absl::string_view kReserved =
    "accessible add all alter analyze and as asc asensitive before between bigint binary blob "
    "both by call cascade case change char character check collate column condition constraint "
    "continue convert create cross cube cume_dist current_date current_role current_time "
    "current_timestamp current_user cursor database databases day_hour day_microsecond "
    "day_minute day_second dec decimal declare default delayed delete delete_domain_id "
    "dense_rank desc describe deterministic distinct distinctrow div do_domain_ids double drop "
    "dual each else elseif empty enclosed escaped except exists exit explain false fetch "
    "first_value float float4 float8 for force foreign from fulltext function general generated "
    "get grant group grouping groups having high_priority hour_microsecond hour_minute "
    "hour_second if ignore ignore_domain_ids ignore_server_ids in index infile inner inout "
    "insensitive insert int int1 int2 int3 int4 int8 integer intersect interval into "
    "io_after_gtids io_before_gtids is iterate join json_table key keys kill lag last_value "
    "lateral lead leading leave left like limit linear lines load localtime localtimestamp lock "
    "long longblob longtext loop low_priority manual master_bind master_heartbeat_period "
    "master_ssl_verify_server_cert match maxvalue mediumblob mediumint mediumtext middleint "
    "minus minute_microsecond minute_second mod modifies natural no_write_to_binlog not "
    "nth_value ntile null numeric of offset on optimize optimizer_costs option optionally or "
    "order out outer outfile over page_checksum parallel parse_vcol_expr partition percent_rank "
    "period portion position precision primary procedure purge qualify range rank read "
    "read_write reads real recursive ref_system_id references regexp release rename repeat "
    "replace require resignal restrict return returning revoke right rlike row row_number "
    "rownum rows schema schemas second_microsecond select sensitive separator set show signal "
    "slow smallint spatial specific sql sql_big_result sql_calc_found_rows sql_small_result "
    "sqlexception sqlstate sqlwarning ssl starting stats_auto_recalc stats_persistent "
    "stats_sample_pages stored straight_join sysdate system system_user system_versioning "
    "table tablesample terminated then tinyblob tinyint tinytext to trailing trigger true "
    "undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp "
    "value values varbinary varchar varcharacter varying versioning virtual when where while "
    "window with without write xor year_month zerofill";

bool IsReserved(absl::string_view word) {
  static const auto* const kWords = new absl::flat_hash_set<std::string>(
      absl::StrSplit(kReserved, ' '));  // NOLINT: never destroyed
  return kWords->contains(absl::AsciiStrToLower(word));
}

bool IsPlain(absl::string_view identifier) {
  if (identifier.empty() || absl::ascii_isdigit(static_cast<unsigned char>(identifier[0]))) {
    return false;
  }
  return std::all_of(identifier.begin(), identifier.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
}

// What a character behind a backslash stands for.
char Meaning(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

}  // namespace

std::string QuoteIdentifier(absl::string_view identifier) {
  if (IsPlain(identifier) && !IsReserved(identifier)) return std::string(identifier);
  return absl::StrCat("`", absl::StrReplaceAll(identifier, {{"`", "``"}}), "`");
}

std::string QuoteObject(const ObjectName& name) {
  if (name.schema.empty()) return QuoteIdentifier(name.name);
  return absl::StrCat(QuoteIdentifier(name.schema), ".", QuoteIdentifier(name.name));
}

std::string QuoteList(const std::vector<std::string>& identifiers) {
  return absl::StrJoin(identifiers, ", ", [](std::string* out, const std::string& identifier) {
    absl::StrAppend(out, QuoteIdentifier(identifier));
  });
}

std::string QuoteString(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}, {"\\", "\\\\"}}), "'");
}

std::string Unescape(absl::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool escaped = text[at] == '\\' && at + 1 < text.size();
    result.push_back(escaped ? Meaning(text[++at]) : text[at]);
  }
  return result;
}

std::vector<std::string> ReadStrings(absl::string_view list) {
  std::vector<std::string> strings;
  for (size_t at = 0; at < list.size(); ++at) {
    if (list[at] != '\'') continue;
    std::string text;
    for (++at; at < list.size(); ++at) {
      const bool more = at + 1 < list.size();
      if (more && list[at] == '\\') {
        text.push_back(Meaning(list[++at]));
      } else if (more && list[at] == '\'' && list[at + 1] == '\'') {
        text.push_back(list[++at]);
      } else if (list[at] == '\'') {
        break;
      } else {
        text.push_back(list[at]);
      }
    }
    strings.push_back(std::move(text));
  }
  return strings;
}

}  // namespace brant::mysql
