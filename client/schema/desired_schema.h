// Where a project says what its schema should be: models, SQL, a command that
// prints SQL, or another database.

#ifndef BRANT_CLIENT_SCHEMA_DESIRED_SCHEMA_H_
#define BRANT_CLIENT_SCHEMA_DESIRED_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "brant/v1/schema.pb.h"
#include "client/context.h"
#include "client/flags.h"

namespace brant {

// Flags that several commands share; where none is given, brant.toml counts.
struct DesiredSchemaFlags {
  std::string models;
  std::string schema;
  std::string command;
  std::string url;

  void Declare(Flags& flags);
};

// Reads the files, runs the command, or asks the other database, whose schema is
// then written in the dialect of the agent's. Errors: INVALID_REQUEST if none or several are named,
// or what is named can't be had; those of the command and the database.
absl::StatusOr<v1::DesiredSchema> ReadDesiredSchema(Context& context,
                                                    const DesiredSchemaFlags& flags);

// The agent's error of a comparison. Its advice is about files, which another database is not.
absl::Status WithAdvice(absl::Status status);

// Which part of the database the settings choose.
v1::SchemaSelection ReadSelection(const Context& context);

}  // namespace brant

#endif  // BRANT_CLIENT_SCHEMA_DESIRED_SCHEMA_H_
