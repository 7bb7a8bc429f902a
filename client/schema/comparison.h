// What revision --autogenerate, check and diff have in common.

#ifndef BRANT_CLIENT_SCHEMA_COMPARISON_H_
#define BRANT_CLIENT_SCHEMA_COMPARISON_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "brant/v1/schema_service.pb.h"
#include "client/context.h"
#include "client/flags.h"
#include "client/schema/desired_schema.h"

namespace brant {

struct ComparisonFlags {
  DesiredSchemaFlags desired;
  std::vector<std::string> renames;
  bool no_renames = false;

  void Declare(Flags& flags);
  // None of them was given.
  bool empty() const {
    return desired.models.empty() && desired.schema.empty() && desired.command.empty() &&
           desired.url.empty() && renames.empty() && !no_renames;
  }
};

// Error: CHECK_FAILED, with Alembic's words, unless every revision of the folder
// is applied.
absl::Status CheckUpToDate(Context& context);

// Compares the database with the desired schema. `all_dialects`: in all dialects of
// brant.toml, and not only in that of the database.
absl::StatusOr<v1::CompareSchemaResponse> CompareSchema(Context& context,
                                                        const ComparisonFlags& flags,
                                                        bool all_dialects);

// The same, where what is found is going to be written down: suggested renames are
// decided by whoever sits at the terminal. Error: INVALID_REQUEST if nobody does.
absl::StatusOr<v1::CompareSchemaResponse> CompareAndDecide(Context& context, ComparisonFlags flags);

// `+ table users`, `~ column users.email: type … (postgresql)`.
std::string FormatChange(const v1::SchemaChange& change);
// `users.picture=avatar`, as --rename takes it.
std::string FormatRename(const v1::SchemaRename& rename);

}  // namespace brant

#endif  // BRANT_CLIENT_SCHEMA_COMPARISON_H_
