#include "agent/runs/bundle_store.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/testing.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

std::shared_ptr<const Bundle> BundleOf(const std::string& id, size_t size = 100) {
  return MakeTestBundle({{.id = id, .upgrade = absl::StrCat("-- ", std::string(size, 'x'))}});
}

class OwnFolderTest : public ::testing::Test {
 protected:
  OwnFolderTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/bundles.XXXXXX");
    folder_ = mkdtemp(pattern.data());
    // The digest of a folder is cached there.
    setenv("XDG_CACHE_HOME", absl::StrCat(folder_, "/.cache").c_str(), 1);
  }
  ~OwnFolderTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::vector<TestMigration>& migrations) {
    for (const SourceFile& file : MakeTestFiles(migrations)) {
      std::ofstream(absl::StrCat(folder_, "/", file.name)) << file.content;
    }
  }

  std::string folder_;
};

TEST(BundleStoreTest, FindsWhatWasAdded) {
  BundleStore store("");
  auto bundle = BundleOf("a");
  store.Add(bundle);
  EXPECT_EQ(store.Get(bundle->digest).value(), bundle);
}

TEST(BundleStoreTest, WhatItHasNotIsToBeUploaded) {
  BundleStore store("");
  absl::Status status = store.Get("abc").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  EXPECT_NE(ErrorDetail(status, "hint"), "");
}

TEST(BundleStoreTest, WithoutMigrationsOfItsOwnTheRequestMustBringThem) {
  BundleStore store("");
  absl::Status status = store.Get("").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_NE(ErrorDetail(status, "hint"), "");
}

TEST(BundleStoreTest, TheSameBundleTwiceIsKeptOnce) {
  auto first = BundleOf("a");
  BundleStore store("", first->size_bytes * 2);
  store.Add(first);
  store.Add(BundleOf("a"));
  store.Add(BundleOf("b"));
  EXPECT_EQ(store.Get(first->digest).value(), first);
}

TEST(BundleStoreTest, DropsTheLeastRecentlyUsedFirst) {
  auto a = BundleOf("a", 1000), b = BundleOf("b", 1000), c = BundleOf("c", 1000);
  BundleStore store("", a->size_bytes * 2 + 10);
  store.Add(a);
  store.Add(b);
  ASSERT_TRUE(store.Get(a->digest).ok());  // now b is the oldest
  store.Add(c);
  EXPECT_TRUE(store.Get(a->digest).ok());
  EXPECT_TRUE(store.Get(c->digest).ok());
  EXPECT_EQ(ReasonOf(store.Get(b->digest).status()), v1::ERROR_REASON_BUNDLE_UNKNOWN);
}

TEST(BundleStoreTest, TheLastOneStaysHoweverLargeItIs) {
  BundleStore store("", 10);
  auto large = BundleOf("a", 5000);
  store.Add(large);
  EXPECT_TRUE(store.Get(large->digest).ok());
  auto other = BundleOf("b", 5000);
  store.Add(other);
  EXPECT_TRUE(store.Get(other->digest).ok());
  EXPECT_FALSE(store.Get(large->digest).ok());
}

TEST_F(OwnFolderTest, ReadsItsFolderAgainWhenItChanges) {
  BundleStore store(folder_);
  Write({{.id = "a"}});
  auto one = store.Get("");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ((*one)->graph.size(), 1);
  EXPECT_EQ(store.Get("").value(), *one);  // not parsed again
  Write({{.id = "a"}, {.id = "b", .revises = "a"}});
  auto two = store.Get("");
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ((*two)->graph.size(), 2);
  // Runs that began with the first one still find it.
  EXPECT_TRUE(store.Get((*one)->digest).ok());
}

TEST_F(OwnFolderTest, AFileThatCantBeParsedIsNamed) {
  BundleStore store(folder_);
  Write({{.id = "a"}});
  std::ofstream(absl::StrCat(folder_, "/20240101_0002_bad.sql")) << "CREATE TABLE t (a INTEGER);";
  absl::Status status = store.Get("").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_FILE);
  EXPECT_EQ(ErrorDetail(status, "file"), "20240101_0002_bad.sql");
}

TEST_F(OwnFolderTest, AMissingFolderIsAnError) {
  BundleStore store(absl::StrCat(folder_, "/none"));
  EXPECT_EQ(ReasonOf(store.Get("").status()), v1::ERROR_REASON_INVALID_REQUEST);
}

}  // namespace
}  // namespace brant
