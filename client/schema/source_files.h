#ifndef BRANT_CLIENT_SCHEMA_SOURCE_FILES_H_
#define BRANT_CLIENT_SCHEMA_SOURCE_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "brant/v1/schema.pb.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace brant {

// A file, or all files below a folder whose names end in `extension`, by name;
// their names are seen from the folder, with its own in front for SQL. Errors:
// INVALID_REQUEST if there is none, SYSTEM_ERROR.
absl::StatusOr<google::protobuf::RepeatedPtrField<v1::SourceFile>> ReadSourceFiles(
    const std::string& path, absl::string_view extension);

}  // namespace brant

#endif  // BRANT_CLIENT_SCHEMA_SOURCE_FILES_H_
