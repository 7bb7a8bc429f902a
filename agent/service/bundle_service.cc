#include "agent/service/bundle_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/service/reply.h"

namespace brant {
namespace {

constexpr int kMaxUploads = 4;

v1::Bundle Describe(const Bundle& bundle) {
  v1::Bundle proto;
  proto.set_digest(bundle.digest);
  proto.set_file_count(bundle.graph.size());
  proto.set_size_bytes(static_cast<int64_t>(bundle.size_bytes));
  for (RevisionIndex head : bundle.graph.Heads()) {
    proto.add_head_revisions(bundle.graph.revision(head).id);
  }
  return proto;
}

// Collects the files of one upload. Deletes itself when the call is done.
class Upload final : public grpc::ServerReadReactor<v1::UploadBundleRequest> {
 public:
  Upload(Agent& agent, grpc::CallbackServerContext* context, v1::UploadBundleResponse* response,
         std::atomic<int>& uploads)
      : agent_(agent), context_(context), response_(response), uploads_(uploads) {
    if (++uploads_ > kMaxUploads) {
      Finish(ToGrpcStatus(Error(v1::ERROR_REASON_LIMIT_EXCEEDED,
                                absl::StrCat(kMaxUploads, " bundles are being uploaded already"))
                              .Hint("wait a moment, then run the command again")));
      return;
    }
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      // All has come. Parsing takes a while: not here.
      Turn::Post(agent_.worker(), [this](absl::Status status) {
        if (status.ok()) status = CheckCaller(*context_);
        if (status.ok()) status = Take();
        Finish(ToGrpcStatus(status));
      });
      return;
    }
    if (!request_.digest().empty()) digest_ = request_.digest();
    for (v1::BundleFile& file : *request_.mutable_files()) {
      total_bytes_ += file.content().size();
      files_.push_back({std::move(*file.mutable_name()), std::move(*file.mutable_content())});
    }
    if (files_.size() > static_cast<size_t>(limits_.max_files) ||
        total_bytes_ > limits_.max_total_bytes) {
      Finish(ToGrpcStatus(
          Error(v1::ERROR_REASON_INVALID_BUNDLE,
                absl::StrCat("the bundle is larger than this agent takes (", limits_.max_files,
                             " files, ", limits_.max_total_bytes, " bytes)"))
              .Hint("keep only migrations in the folder")));
      return;
    }
    StartRead(&request_);
  }

  void OnDone() override {
    --uploads_;
    delete this;
  }

 private:
  absl::Status Take() {
    BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle,
                           MakeBundle(std::move(files_), limits_));
    if (bundle->digest != digest_) {
      return Error(v1::ERROR_REASON_INVALID_BUNDLE,
                   absl::StrCat("the files have the digest ", bundle->digest, ", not ", digest_))
          .Hint("the folder changed during the upload; run the command again");
    }
    *response_->mutable_bundle() = Describe(*bundle);
    agent_.bundles().Add(std::move(bundle));
    return absl::OkStatus();
  }

  Agent& agent_;
  grpc::CallbackServerContext* context_;
  const BundleLimits limits_;
  v1::UploadBundleResponse* response_;
  std::atomic<int>& uploads_;
  v1::UploadBundleRequest request_;
  std::string digest_;
  std::vector<SourceFile> files_;
  size_t total_bytes_ = 0;
};

}  // namespace

grpc::ServerUnaryReactor* BundleServiceImpl::GetBundle(grpc::CallbackServerContext* context,
                                                       const v1::GetBundleRequest* request,
                                                       v1::GetBundleResponse* response) {
  return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle,
                           agent_.bundles().Get(request->digest()));
    *response->mutable_bundle() = Describe(*bundle);
    return absl::OkStatus();
  });
}

grpc::ServerReadReactor<v1::UploadBundleRequest>* BundleServiceImpl::UploadBundle(
    grpc::CallbackServerContext* context, v1::UploadBundleResponse* response) {
  return new Upload(agent_, context, response, uploads_);
}

}  // namespace brant
