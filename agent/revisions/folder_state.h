// Whether a migrations folder is still the same, without reading its files.

#ifndef BRANT_AGENT_REVISIONS_FOLDER_STATE_H_
#define BRANT_AGENT_REVISIONS_FOLDER_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/revisions/folder.h"

namespace brant {

// The names of a folder's migration files, and what changes when they do: the
// inodes, sizes and times of the folder and its files.
struct FolderState {
  // Opaque, and of this machine only.
  std::string bytes;
  // The latest of all times, in Unix seconds.
  int64_t newest_seconds = 0;
};

// Nothing if a file can't be examined: whoever reads it will say why.
absl::StatusOr<std::optional<FolderState>> ReadFolderState(const Folder& folder);

// Whether the folder is certain to be in the state that `bytes` tell. Several
// times as fast as ReadFolderState, for it need not list the folder. False also
// for bytes that are no state, and for a file system whose folders do not tell
// reliably when they change.
bool IsInState(const Folder& folder, absl::string_view bytes);

// Whether two states have the same files, whatever else happened in the folder.
bool HaveSameFiles(absl::string_view bytes, absl::string_view other_bytes);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_FOLDER_STATE_H_
