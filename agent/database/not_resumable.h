#ifndef BRANT_AGENT_DATABASE_NOT_RESUMABLE_H_
#define BRANT_AGENT_DATABASE_NOT_RESUMABLE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brant {

// The error of CheckResumable: statement `needs` (counted from 1) needs `what`,
// which statement `made` left in the session that is gone.
absl::Status NotResumable(int made, int needs, absl::string_view what);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_NOT_RESUMABLE_H_
