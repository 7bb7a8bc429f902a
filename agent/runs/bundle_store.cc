#include "agent/runs/bundle_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {

std::shared_ptr<const Bundle> BundleStore::Find(absl::string_view digest) {
  absl::MutexLock lock(&mutex_);
  for (auto it = bundles_.begin(); it != bundles_.end(); ++it) {
    if ((*it)->digest == digest) {
      bundles_.splice(bundles_.begin(), bundles_, it);
      return bundles_.front();
    }
  }
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const Bundle>> BundleStore::Get(absl::string_view digest) {
  if (digest.empty()) return Own();
  if (auto bundle = Find(digest)) return bundle;
  return Error(v1::ERROR_REASON_BUNDLE_UNKNOWN,
               absl::StrCat("the agent does not have the migrations with the digest ", digest))
      .Hint("upload them with BundleService.UploadBundle and repeat the call");
}

absl::StatusOr<std::shared_ptr<const Bundle>> BundleStore::Own() {
  if (folder_.empty()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 "no migrations: the request brings none, and the agent has none of its own")
        .Hint("name a folder with --migrations, at the client or at the agent");
  }
  BRANT_ASSIGN_OR_RETURN(std::string digest, FolderDigest(folder_));
  if (auto bundle = Find(digest)) return bundle;
  BRANT_ASSIGN_OR_RETURN(std::vector<SourceFile> files, ReadMigrationFiles(folder_));
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle, MakeBundle(std::move(files)));
  Add(bundle);
  return bundle;
}

void BundleStore::Add(std::shared_ptr<const Bundle> bundle) {
  if (Find(bundle->digest) != nullptr) return;
  absl::MutexLock lock(&mutex_);
  bundles_.push_front(std::move(bundle));
  size_t total = 0;
  for (auto it = bundles_.begin(); it != bundles_.end();) {
    total += (*it)->size_bytes;
    it = total > max_bytes_ && it != bundles_.begin() ? bundles_.erase(it) : std::next(it);
  }
}

}  // namespace brant
