#ifndef BRANT_AGENT_SCHEMA_QUOTE_H_
#define BRANT_AGENT_SCHEMA_QUOTE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// An identifier in SQL of the dialect, quoted where it has to be.
std::string QuoteName(Dialect dialect, absl::string_view name);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_QUOTE_H_
