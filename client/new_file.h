#ifndef BRANT_CLIENT_NEW_FILE_H_
#define BRANT_CLIENT_NEW_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brant {

// Makes a file that is not there yet. Errors: INVALID_REQUEST if it is,
// SYSTEM_ERROR if it can't be written; then nothing is left of it.
absl::Status WriteNewFile(const std::string& path, absl::string_view text);

// The error of a file that is there already.
absl::Status AlreadyThere(const std::string& path);

}  // namespace brant

#endif  // BRANT_CLIENT_NEW_FILE_H_
