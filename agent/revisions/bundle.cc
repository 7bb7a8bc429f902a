#include "agent/revisions/bundle.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/revisions/utf8.h"

namespace brant {
namespace {

Error InvalidBundle(absl::string_view message) {
  return Error(v1::ERROR_REASON_INVALID_BUNDLE, message);
}

bool IsPlainName(absl::string_view name) {
  constexpr size_t kMaxLength = 255;
  return name.size() > 4 && name.size() <= kMaxLength && absl::EndsWith(name, ".sql") &&
         name[0] != '.' && !FindInvalidUtf8(name).has_value() &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) {
           return c == '/' || c == '\\' || c < 0x20 || c == 0x7f;
         });
}

absl::Status CheckNames(const std::vector<SourceFile>& files) {
  absl::flat_hash_map<std::string, absl::string_view> by_folded_name;
  by_folded_name.reserve(files.size());
  for (const SourceFile& file : files) {
    if (!IsPlainName(file.name)) {
      return InvalidBundle(
                 absl::StrCat("'", EscapeControl(file.name), "' is no name for a migration file"))
          .Hint(
              "a name of at most 255 bytes that ends in .sql, without folders, control "
              "characters or a leading dot");
    }
    auto [place, is_new] = by_folded_name.emplace(absl::AsciiStrToLower(file.name), file.name);
    if (is_new) continue;
    if (place->second == file.name) {
      return InvalidBundle(absl::StrCat("the file '", file.name, "' is there twice"))
          .Hint("send each file once");
    }
    return InvalidBundle(
               absl::StrCat("'", place->second, "' and '", file.name, "' differ in case only"))
        .Hint("rename one of them: on macOS and Windows they are the same file");
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> CheckSizes(const std::vector<SourceFile>& files,
                                  const BundleLimits& limits) {
  if (files.size() > static_cast<size_t>(std::max(0, limits.max_files))) {
    return InvalidBundle(absl::StrCat(files.size(), " files are more than a bundle may have, ",
                                      limits.max_files))
        .Hint("squash old revisions into one, or raise the agent's limit");
  }
  size_t total = 0;
  for (const SourceFile& file : files) {
    if (file.content.size() > limits.max_file_bytes) {
      return InvalidBundle(
                 absl::StrCat("the file is larger than ", limits.max_file_bytes, " bytes"))
          .At(file.name)
          .Hint("load bulk data outside of migrations, or raise the agent's limit");
    }
    total += file.content.size();
  }
  if (total > limits.max_total_bytes) {
    return InvalidBundle(
               absl::StrCat("the files have ", total, " bytes, more than ", limits.max_total_bytes))
        .Hint("squash old revisions into one, or raise the agent's limit");
  }
  return total;
}

void AddFile(Sha256& digest, absl::string_view name, absl::string_view checksum) {
  digest.Add(absl::StrCat(name, " ", checksum, "\n"));
}

}  // namespace

std::string BundleDigest(const std::vector<SourceFile>& files) {
  Sha256 digest;
  for (const SourceFile& file : files) AddFile(digest, file.name, FileChecksum(file.content));
  return digest.FinishHex();
}

absl::StatusOr<std::shared_ptr<const Bundle>> MakeBundle(std::vector<SourceFile> files,
                                                         const BundleLimits& limits) {
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; });
  BRANT_RETURN_IF_ERROR(CheckNames(files));
  auto bundle = std::make_shared<Bundle>();
  BRANT_ASSIGN_OR_RETURN(bundle->size_bytes, CheckSizes(files, limits));
  std::vector<Revision> revisions;
  revisions.reserve(files.size());
  Sha256 digest;
  for (SourceFile& file : files) {
    BRANT_ASSIGN_OR_RETURN(Revision revision, ParseRevision(file.name, std::move(file.content)));
    AddFile(digest, revision.file, revision.checksum);
    revisions.push_back(std::move(revision));
  }
  bundle->digest = digest.FinishHex();
  BRANT_ASSIGN_OR_RETURN(bundle->graph, RevisionGraph::Build(std::move(revisions)));
  return bundle;
}

}  // namespace brant
