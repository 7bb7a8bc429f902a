// The databases that a project's migrations are written for.

#ifndef BRANT_CLIENT_SCHEMA_DIALECTS_H_
#define BRANT_CLIENT_SCHEMA_DIALECTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "brant/v1/revision.pb.h"
#include "client/context.h"

namespace brant {

// Those of a flag, or if it names none, of `dialects` in brant.toml; empty if neither does.
// Error: INVALID_REQUEST if there is no such dialect.
absl::StatusOr<std::vector<v1::Dialect>> ReadDialects(const Context& context,
                                                      const std::vector<std::string>& flag = {});

// The dialect of the database that the settings name, which is not asked; empty if they
// name none, or an agent instead.
std::vector<v1::Dialect> DialectOfDatabase(const Context& context);

}  // namespace brant

#endif  // BRANT_CLIENT_SCHEMA_DIALECTS_H_
