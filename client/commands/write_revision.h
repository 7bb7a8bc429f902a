#ifndef BRANT_CLIENT_COMMANDS_WRITE_REVISION_H_
#define BRANT_CLIENT_COMMANDS_WRITE_REVISION_H_

#include "absl/status/status.h"
#include "agent/revisions/new_revision.h"
#include "client/context.h"

namespace brant {

// The folder's revisions, to be added to. Errors: INVALID_REQUEST if there is
// no folder.
absl::StatusOr<std::shared_ptr<const Bundle>> LoadOwnBundle(Context& context);

// Writes a new migration file, never over another, and says so.
absl::Status WriteRevision(Context& context, const NewRevision& revision);

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_WRITE_REVISION_H_
