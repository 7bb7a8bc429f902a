// A set of migration files and its digest (proto/brant/v1/bundle_service.proto
// defines it).

#ifndef BRANT_AGENT_REVISIONS_BUNDLE_H_
#define BRANT_AGENT_REVISIONS_BUNDLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/revisions/graph.h"

namespace brant {

struct BundleLimits {
  int max_files = 50'000;
  size_t max_file_bytes = 32 << 20;
  size_t max_total_bytes = 512 << 20;
};

struct SourceFile {
  std::string name;
  std::string content;
};

// Immutable; shared by whoever uses it.
struct Bundle {
  std::string digest;
  RevisionGraph graph;
  size_t size_bytes = 0;
};

// Reads every `*.sql` file of a folder, whose names do not begin with a dot,
// sorted by name; subfolders are not entered, symbolic links are followed.
// Errors: INVALID_REQUEST if the folder does not exist, SYSTEM_ERROR if it or a
// file can't be read, INVALID_BUNDLE beyond the limits.
absl::StatusOr<std::vector<SourceFile>> ReadMigrationFiles(const std::string& folder,
                                                           const BundleLimits& limits = {});

// The digest of files as they are, parsed or not. `files` sorted by name.
std::string BundleDigest(const std::vector<SourceFile>& files);

// Parses files and builds their graph. Errors: INVALID_BUNDLE (limits; names
// that are no plain names, or differ in case only), INVALID_FILE,
// INVALID_GRAPH.
absl::StatusOr<std::shared_ptr<const Bundle>> MakeBundle(std::vector<SourceFile> files,
                                                         const BundleLimits& limits = {});

// The digest of a folder's files, without reading them where a cache
// (`$XDG_CACHE_HOME/brant`, else `~/.cache/brant`) knows the folder in exactly
// this state: names, sizes, inodes and times. A cache that can't be read or
// written only costs time. What changed less than two seconds ago is not
// cached: the next change might leave the same times. Errors as above.
absl::StatusOr<std::string> FolderDigest(const std::string& folder);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_BUNDLE_H_
