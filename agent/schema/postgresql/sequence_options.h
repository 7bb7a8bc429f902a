#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_SEQUENCE_OPTIONS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_SEQUENCE_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant {

// `options` of which everything is set, with what is the default of a sequence
// of its type left out; the type too, if it is `default_type`.
SequenceOptions NormalizeSequence(SequenceOptions options, absl::string_view default_type);

// `options` of which everything is set, of a column of that type: an identity has
// no type of its own in SQL, although LIKE … INCLUDING IDENTITY gives it one.
SequenceOptions OfColumnType(SequenceOptions options, absl::string_view column_type);

// As CREATE SEQUENCE writes them, with a blank before each.
std::string WriteSequenceOptions(const SequenceOptions& options);

// As ALTER SEQUENCE writes what makes `to` of `from`; `default_type` is the type
// of `to` if it says none.
std::vector<std::string> WriteSequenceChange(const SequenceOptions& from, const SequenceOptions& to,
                                             absl::string_view default_type);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_SEQUENCE_OPTIONS_H_
