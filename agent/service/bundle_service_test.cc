#include "agent/service/bundle_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/service/service_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BundleServiceTest : public ServiceTest {
 protected:
  grpc::Status UploadMessages(const std::vector<v1::UploadBundleRequest>& messages,
                              v1::UploadBundleResponse* response) {
    auto context = NewContext();
    auto writer = bundles_->UploadBundle(context.get(), response);
    for (const v1::UploadBundleRequest& message : messages) {
      if (!writer->Write(message)) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }
  // A bundle of one file with this name.
  grpc::Status UploadNamed(const std::string& name) {
    v1::UploadBundleRequest request = UploadRequest({{.id = "a"}});
    request.mutable_files(0)->set_name(name);
    request.set_digest(BundleDigest({{name, request.files(0).content()}}));
    v1::UploadBundleResponse response;
    return UploadMessages({request}, &response);
  }
  grpc::Status Get(const std::string& digest, v1::Bundle* bundle) {
    v1::GetBundleRequest request;
    request.set_digest(digest);
    v1::GetBundleResponse response;
    const grpc::Status status = bundles_->GetBundle(NewContext().get(), request, &response);
    *bundle = response.bundle();
    return status;
  }
};

TEST_F(BundleServiceTest, WhatIsUploadedIsKnown) {
  const v1::UploadBundleRequest request = UploadRequest(Two());
  v1::Bundle bundle;
  EXPECT_EQ(ReasonOf(Get(request.digest(), &bundle)), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  v1::UploadBundleResponse response;
  ASSERT_TRUE(UploadMessages({request}, &response).ok());
  ASSERT_TRUE(Get(request.digest(), &bundle).ok());
  EXPECT_EQ(bundle.SerializeAsString(), response.bundle().SerializeAsString());
  EXPECT_EQ(bundle.digest(), request.digest());
  EXPECT_EQ(bundle.file_count(), 2);
  EXPECT_EQ(bundle.size_bytes(), static_cast<int64_t>(request.files(0).content().size() +
                                                      request.files(1).content().size()));
  EXPECT_THAT(bundle.head_revisions(), ElementsAre("b"));
  // Twice changes nothing.
  EXPECT_TRUE(UploadMessages({request}, &response).ok());
}

TEST_F(BundleServiceTest, FilesMayComeInAnyOrderAndAnyNumberOfMessages) {
  const v1::UploadBundleRequest request = UploadRequest(Two());
  std::vector<v1::UploadBundleRequest> messages(4);
  messages[0].set_digest(request.digest());
  *messages[1].add_files() = request.files(1);
  *messages[3].add_files() = request.files(0);
  v1::UploadBundleResponse response;
  const grpc::Status status = UploadMessages(messages, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.bundle().file_count(), 2);
}

TEST_F(BundleServiceTest, AWrongDigestIsRefused) {
  v1::UploadBundleRequest request = UploadRequest(Two());
  const std::string digest = request.digest();
  request.mutable_files(0)->mutable_content()->append("\n-- one more line\n");
  v1::UploadBundleResponse response;
  const grpc::Status status = UploadMessages({request}, &response);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_BUNDLE);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr(digest));
  v1::Bundle bundle;
  EXPECT_FALSE(Get(digest, &bundle).ok());
  request.clear_digest();
  EXPECT_EQ(ReasonOf(UploadMessages({request}, &response)), v1::ERROR_REASON_INVALID_BUNDLE);
}

TEST_F(BundleServiceTest, NamesThatAreNoPlainNamesAreRefused) {
  for (const std::string& name :
       {std::string("../a.sql"), std::string("/etc/a.sql"), std::string("x/a.sql"),
        std::string("x\\a.sql"), std::string("a.sql\0.sql", 10), std::string(".."), std::string(),
        std::string(".hidden.sql"), std::string("a.txt"), std::string("a\n.sql"),
        std::string("a\x1b[2J.sql"), std::string(300, 'a') + ".sql"}) {
    const grpc::Status status = UploadNamed(name);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_BUNDLE) << name;
  }
  EXPECT_TRUE(UploadNamed("20240101_0001_é.sql").ok());
}

TEST_F(BundleServiceTest, NamesThatDifferInCaseOnlyAreRefused) {
  v1::UploadBundleRequest request =
      UploadRequest({{.id = "a", .file = "0001_a.sql"}, {.id = "b", .file = "0001_A.sql"}});
  v1::UploadBundleResponse response;
  EXPECT_EQ(ReasonOf(UploadMessages({request}, &response)), v1::ERROR_REASON_INVALID_BUNDLE);
}

TEST_F(BundleServiceTest, TooManyFilesAreRefusedWhileTheyCome) {
  std::vector<v1::UploadBundleRequest> messages(60);
  messages[0].set_digest("x");
  for (v1::UploadBundleRequest& message : messages) {
    for (int i = 0; i < 1000; ++i) message.add_files();
  }
  v1::UploadBundleResponse response;
  const grpc::Status status = UploadMessages(messages, &response);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_BUNDLE);
  EXPECT_THAT(status.error_message(), HasSubstr("larger than this agent takes"));
}

TEST_F(BundleServiceTest, FilesThatAreNoMigrationsAreNamed) {
  v1::UploadBundleRequest request = UploadRequest(Two());
  request.mutable_files(1)->set_content("no header");
  request.set_digest(BundleDigest({{request.files(0).name(), request.files(0).content()},
                                   {request.files(1).name(), request.files(1).content()}}));
  v1::UploadBundleResponse response;
  const grpc::Status status = UploadMessages({request}, &response);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_FILE);
  EXPECT_EQ(ErrorDetail(ErrorOf(status), "file"), "20240101_0002_b.sql");
}

TEST_F(BundleServiceTest, AGraphThatIsNoneIsRefused) {
  v1::UploadBundleRequest request = UploadRequest({{.id = "a", .revises = "missing"}});
  v1::UploadBundleResponse response;
  EXPECT_EQ(ReasonOf(UploadMessages({request}, &response)), v1::ERROR_REASON_INVALID_GRAPH);
}

TEST_F(BundleServiceTest, AnUploadThatIsGivenUpLeavesNothing) {
  const v1::UploadBundleRequest request = UploadRequest(Two());
  {
    auto context = NewContext();
    v1::UploadBundleResponse response;
    auto writer = bundles_->UploadBundle(context.get(), &response);
    v1::UploadBundleRequest half = request;
    half.mutable_files()->RemoveLast();
    EXPECT_TRUE(writer->Write(half));
    context->TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  v1::Bundle bundle;
  EXPECT_EQ(ReasonOf(Get(request.digest(), &bundle)), v1::ERROR_REASON_BUNDLE_UNKNOWN);
}

TEST_F(BundleServiceTest, AnEmptyUploadIsAnEmptyBundleOrRefused) {
  v1::UploadBundleResponse response;
  EXPECT_EQ(ReasonOf(UploadMessages({}, &response)), v1::ERROR_REASON_INVALID_BUNDLE);
  v1::UploadBundleRequest empty;
  empty.set_digest(BundleDigest({}));
  const grpc::Status status = UploadMessages({empty}, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(GetStatus(empty.digest()).state(), v1::STATUS_STATE_UP_TO_DATE);
}

TEST_F(BundleServiceTest, WithoutMigrationsOfItsOwnTheAgentSaysSo) {
  v1::Bundle bundle;
  EXPECT_EQ(ReasonOf(Get("", &bundle)), v1::ERROR_REASON_INVALID_REQUEST);
}

}  // namespace
}  // namespace brant
