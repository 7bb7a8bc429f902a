#include "agent/schema/postgresql/sequence_options.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brant {
namespace {

std::pair<int64_t, int64_t> Limits(absl::string_view type) {
  if (type == "smallint") {
    return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
  }
  if (type == "integer") {
    return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
  }
  return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
}

// What a sequence of the type has where nothing is said, given what is.
SequenceOptions Complete(SequenceOptions options, absl::string_view default_type) {
  if (options.data_type.empty()) options.data_type = std::string(default_type);
  const auto [least, most] = Limits(options.data_type);
  options.increment = options.increment.value_or(1);
  const bool ascends = *options.increment > 0;
  options.min_value = options.min_value.value_or(ascends ? 1 : least);
  options.max_value = options.max_value.value_or(ascends ? most : -1);
  options.start = options.start.value_or(ascends ? *options.min_value : *options.max_value);
  options.cache = options.cache.value_or(1);
  return options;
}

}  // namespace

SequenceOptions NormalizeSequence(SequenceOptions options, absl::string_view default_type) {
  SequenceOptions usual;
  usual.data_type = options.data_type;
  usual.increment = options.increment;
  usual = Complete(usual, default_type);
  // The start is by default the first value of the range, whatever that is.
  const bool ascends = options.increment.value_or(1) > 0;
  if (options.start == (ascends ? options.min_value : options.max_value)) options.start.reset();
  if (options.min_value == usual.min_value) options.min_value.reset();
  if (options.max_value == usual.max_value) options.max_value.reset();
  if (options.increment == 1) options.increment.reset();
  if (options.cache == 1) options.cache.reset();
  if (options.data_type == default_type) options.data_type.clear();
  return options;
}

SequenceOptions OfColumnType(SequenceOptions options, absl::string_view column_type) {
  const auto [least, most] = Limits(column_type);
  const auto clamp = [least = least, most = most](std::optional<int64_t>& value) {
    if (value.has_value()) value = std::clamp(*value, least, most);
  };
  options.data_type = std::string(column_type);
  clamp(options.min_value);
  clamp(options.max_value);
  clamp(options.start);
  return options;
}

std::string WriteSequenceOptions(const SequenceOptions& options) {
  std::string sql;
  if (!options.data_type.empty()) absl::StrAppend(&sql, " AS ", options.data_type);
  if (options.increment.has_value()) absl::StrAppend(&sql, " INCREMENT BY ", *options.increment);
  if (options.min_value.has_value()) absl::StrAppend(&sql, " MINVALUE ", *options.min_value);
  if (options.max_value.has_value()) absl::StrAppend(&sql, " MAXVALUE ", *options.max_value);
  if (options.start.has_value()) absl::StrAppend(&sql, " START WITH ", *options.start);
  if (options.cache.has_value()) absl::StrAppend(&sql, " CACHE ", *options.cache);
  if (options.cycle) absl::StrAppend(&sql, " CYCLE");
  return sql;
}

std::vector<std::string> WriteSequenceChange(const SequenceOptions& from, const SequenceOptions& to,
                                             absl::string_view default_type) {
  const SequenceOptions wanted = Complete(to, default_type);
  std::vector<std::string> options;
  const auto add = [&options](const auto&... parts) { options.push_back(absl::StrCat(parts...)); };
  if (from.data_type != to.data_type) add("AS ", wanted.data_type);
  if (from.increment != to.increment) add("INCREMENT BY ", *wanted.increment);
  // A change of type or direction may change limits that nobody mentions, and the
  // server checks all of them together.
  add("MINVALUE ", *wanted.min_value);
  add("MAXVALUE ", *wanted.max_value);
  add("START WITH ", *wanted.start);
  if (from.cache != to.cache) add("CACHE ", *wanted.cache);
  if (from.cycle != to.cycle) add(to.cycle ? "CYCLE" : "NO CYCLE");
  return options;
}

}  // namespace brant
