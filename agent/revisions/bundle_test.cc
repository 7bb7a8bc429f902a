#include "agent/revisions/bundle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/revisions/folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string FileText(absl::string_view id, absl::string_view parent = "") {
  return absl::StrCat("-- ", id, "\n-- Revision ID: ", id, "\n-- Revises: ", parent,
                      "\n-- brant:upgrade\n");
}

TEST(MakeBundleTest, ParsesAndDigests) {
  auto bundle = MakeBundle({{"2_b.sql", FileText("b", "a")}, {"1_a.sql", FileText("a")}});
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ((*bundle)->graph.size(), 2);
  EXPECT_EQ((*bundle)->size_bytes, FileText("a").size() + FileText("b", "a").size());
  // As proto/brant/v1/bundle_service.proto defines it.
  EXPECT_EQ((*bundle)->digest,
            Sha256Hex(absl::StrCat("1_a.sql ", FileChecksum(FileText("a")), "\n2_b.sql ",
                                   FileChecksum(FileText("b", "a")), "\n")));
  EXPECT_EQ((*bundle)->digest,
            BundleDigest({{"1_a.sql", FileText("a")}, {"2_b.sql", FileText("b", "a")}}));
}

TEST(MakeBundleTest, Empty) {
  auto bundle = MakeBundle({});
  ASSERT_TRUE(bundle.ok());
  EXPECT_EQ((*bundle)->digest, BundleDigest({}));
}

TEST(MakeBundleTest, RefusesBadNames) {
  using std::string_literals::operator""s;
  for (const std::string& name :
       {""s, ".sql"s, "a.txt"s, "../a.sql"s, "x/a.sql"s, "x\\a.sql"s, ".a.sql"s, "a\n.sql"s,
        "a\0.sql"s, "a\xFF.sql"s, std::string(252, 'a') + ".sql"}) {
    absl::Status status = MakeBundle({{name, FileText("a")}}).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_BUNDLE) << name;
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
  EXPECT_TRUE(MakeBundle({{std::string(251, 'a') + ".sql", FileText("a")}}).ok());
  EXPECT_TRUE(MakeBundle({{"\xC3\xA9 1.sql", FileText("a")}}).ok());
}

TEST(MakeBundleTest, RefusesTwins) {
  absl::Status twice = MakeBundle({{"a.sql", FileText("a")}, {"a.sql", FileText("b")}}).status();
  EXPECT_EQ(ReasonOf(twice), v1::ERROR_REASON_INVALID_BUNDLE);
  absl::Status by_case = MakeBundle({{"a.sql", FileText("a")}, {"A.sql", FileText("b")}}).status();
  EXPECT_EQ(ReasonOf(by_case), v1::ERROR_REASON_INVALID_BUNDLE);
  EXPECT_THAT(std::string(by_case.message()), HasSubstr("differ in case only"));
}

TEST(MakeBundleTest, KeepsLimits) {
  BundleLimits limits;
  limits.max_files = 1;
  EXPECT_EQ(
      ReasonOf(MakeBundle({{"a.sql", FileText("a")}, {"b.sql", FileText("b")}}, limits).status()),
      v1::ERROR_REASON_INVALID_BUNDLE);
  EXPECT_TRUE(MakeBundle({{"a.sql", FileText("a")}}, limits).ok());
  limits.max_file_bytes = FileText("a").size() - 1;
  EXPECT_EQ(ReasonOf(MakeBundle({{"a.sql", FileText("a")}}, limits).status()),
            v1::ERROR_REASON_INVALID_BUNDLE);
  limits = {};
  limits.max_total_bytes = FileText("a").size() - 1;
  EXPECT_EQ(ReasonOf(MakeBundle({{"a.sql", FileText("a")}}, limits).status()),
            v1::ERROR_REASON_INVALID_BUNDLE);
}

TEST(MakeBundleTest, PassesOnErrorsOfFilesAndGraph) {
  EXPECT_EQ(ReasonOf(MakeBundle({{"a.sql", "x"}}).status()), v1::ERROR_REASON_INVALID_FILE);
  EXPECT_EQ(ReasonOf(MakeBundle({{"a.sql", FileText("a", "zz")}}).status()),
            v1::ERROR_REASON_INVALID_GRAPH);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Long after all files changed.
constexpr int64_t kMuchLater = int64_t{1} << 33;
// Before they are so old that their digest is cached.
constexpr int64_t kTooSoon = 0;

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    root_ = fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
    fs::create_directories(root_ / "migrations");
    setenv("XDG_CACHE_HOME", (root_ / "cache").c_str(), 1);
  }
  ~FolderTest() override { fs::remove_all(root_); }

  std::string folder() const { return root_ / "migrations"; }

  void Write(const std::string& name, absl::string_view text) {
    std::ofstream(root_ / "migrations" / name, std::ios::binary) << text;
  }

  // The digest, now in the cache. Whatever changes afterwards has other times,
  // however coarse the kernel's clock is.
  std::string CacheDigest() {
    const timespec long_ago[2] = {{1, 0}, {1, 0}};
    utimensat(AT_FDCWD, folder().c_str(), long_ago, 0);
    for (const auto& entry : fs::directory_iterator(folder())) {
      utimensat(AT_FDCWD, entry.path().c_str(), long_ago, 0);
    }
    return *FolderDigestAt(folder(), kMuchLater);
  }

  // What the cache says is the digest of the folder as it was cached.
  void SetCachedDigest(const std::string& digest) {
    std::fstream cache(CacheFile(), std::ios::binary | std::ios::in | std::ios::out);
    std::string format;
    std::getline(cache, format);
    cache.seekp(format.size() + 1) << digest;
  }

  // The one file in the cache folder, or nothing.
  std::string CacheFile() const {
    fs::path cache = root_ / "cache" / "brant";
    if (!fs::exists(cache)) return "";
    for (const auto& entry : fs::directory_iterator(cache)) return entry.path();
    return "";
  }

  fs::path root_;
};

TEST_F(FolderTest, ReadsMigrationsSortedByName) {
  Write("b.sql", "B");
  Write("a.sql", "");
  Write(".hidden.sql", "no");
  Write("notes.txt", "no");
  Write("a.sql~", "no");
  fs::create_directory(fs::path(folder()) / "sub.sql");
  Write("target", std::string(100'000, 'x'));
  fs::create_symlink("target", fs::path(folder()) / "c.sql");
  auto files = ReadMigrationFiles(folder());
  ASSERT_TRUE(files.ok()) << files.status();
  std::vector<std::string> names;
  for (const SourceFile& file : *files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("a.sql", "b.sql", "c.sql"));
  EXPECT_EQ((*files)[0].content, "");
  EXPECT_EQ((*files)[1].content, "B");
  EXPECT_EQ((*files)[2].content, std::string(100'000, 'x'));
}

TEST_F(FolderTest, MissingFolder) {
  for (const std::string& path : {folder() + "/none", std::string()}) {
    absl::Status status = ReadMigrationFiles(path).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
    EXPECT_NE(ErrorDetail(status, "hint"), "");
    EXPECT_EQ(ReasonOf(FolderDigest(path).status()), v1::ERROR_REASON_INVALID_REQUEST);
  }
  Write("file", "");
  EXPECT_EQ(ReasonOf(ReadMigrationFiles(folder() + "/file").status()),
            v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(FolderTest, UnreadableEntries) {
  fs::create_symlink("nowhere", fs::path(folder()) / "a.sql");
  absl::Status status = ReadMigrationFiles(folder()).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_SYSTEM_ERROR);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a.sql"));
  EXPECT_EQ(ReasonOf(FolderDigest(folder()).status()), v1::ERROR_REASON_SYSTEM_ERROR);
  fs::remove(fs::path(folder()) / "a.sql");
  ASSERT_EQ(mkfifo((folder() + "/p.sql").c_str(), 0600), 0);
  EXPECT_EQ(ReasonOf(ReadMigrationFiles(folder()).status()), v1::ERROR_REASON_SYSTEM_ERROR);
}

TEST_F(FolderTest, ReadingKeepsLimits) {
  Write("a.sql", "12345");
  BundleLimits limits;
  limits.max_file_bytes = 5;
  EXPECT_TRUE(ReadMigrationFiles(folder(), limits).ok());
  limits.max_file_bytes = 4;
  EXPECT_EQ(ReasonOf(ReadMigrationFiles(folder(), limits).status()),
            v1::ERROR_REASON_INVALID_BUNDLE);
}

TEST_F(FolderTest, CachedDigestNeedsNoReading) {
  Write("a.sql", FileText("a"));
  std::string digest = CacheDigest();
  EXPECT_EQ(digest, BundleDigest({{"a.sql", FileText("a")}}));
  ASSERT_NE(CacheFile(), "");
  // What the cache says is believed for this state of the folder, and only for it.
  std::string other(64, 'b');
  SetCachedDigest(other);
  EXPECT_EQ(*FolderDigestAt(folder(), kTooSoon), other);
  Write("b.sql", FileText("b"));
  EXPECT_EQ(*FolderDigestAt(folder(), kTooSoon),
            BundleDigest({{"a.sql", FileText("a")}, {"b.sql", FileText("b")}}));
  fs::remove(fs::path(folder()) / "b.sql");
  EXPECT_EQ(*FolderDigestAt(folder(), kTooSoon), other);
  Write("notes.txt", "no migration");
  EXPECT_EQ(*FolderDigestAt(folder(), kTooSoon), other);
  // Another file of the same name, size and modification time.
  struct stat before;
  ASSERT_EQ(stat((folder() + "/a.sql").c_str(), &before), 0);
  Write("new", FileText("z"));
  timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, (folder() + "/new").c_str(), times, 0), 0);
  fs::rename(fs::path(folder()) / "new", fs::path(folder()) / "a.sql");
  EXPECT_EQ(*FolderDigestAt(folder(), kTooSoon), BundleDigest({{"a.sql", FileText("z")}}));
}

TEST_F(FolderTest, BadCachesAreIgnored) {
  Write("a.sql", FileText("a"));
  std::string digest = *FolderDigestAt(folder(), kMuchLater);
  std::string cache = CacheFile();
  SetCachedDigest(std::string(64, 'b'));
  std::string text = ReadAll(cache);
  std::vector<std::string> bad = {"other" + text, text + '\0', std::string(1000, 'x'),
                                  std::string(1000, '\0')};
  for (size_t size = 0; size < text.size(); ++size) bad.push_back(text.substr(0, size));
  for (const std::string& content : bad) {
    std::ofstream(cache, std::ios::binary) << content;
    EXPECT_EQ(*FolderDigest(folder()), digest) << content.size();
  }
  std::ofstream(cache, std::ios::binary) << text;
  EXPECT_EQ(*FolderDigest(folder()), std::string(64, 'b'));
  fs::permissions(cache, fs::perms::all);
  EXPECT_EQ(*FolderDigest(folder()), digest) << "anyone may have written the cache";
  fs::remove(cache);
  fs::create_directory(cache);
  EXPECT_EQ(*FolderDigestAt(folder(), kMuchLater), digest);
  setenv("XDG_CACHE_HOME", "/proc/none", 1);
  EXPECT_EQ(*FolderDigestAt(folder(), kMuchLater), digest);
}

TEST_F(FolderTest, ManyFiles) {
  std::vector<SourceFile> files;
  for (int i = 0; i < 5000; ++i) {
    files.push_back({absl::StrCat(10000 + i, ".sql"), absl::StrCat(i)});
    Write(files.back().name, files.back().content);
  }
  EXPECT_EQ(CacheDigest(), BundleDigest(files));
  EXPECT_EQ(*FolderDigest(folder()), BundleDigest(files));
  // In place, so that only the file itself shows it.
  for (size_t changed : {0, 2500, 4999}) {
    EXPECT_EQ(CacheDigest(), BundleDigest(files));
    Write(files[changed].name, "changed");
    files[changed].content = "changed";
    EXPECT_EQ(*FolderDigest(folder()), BundleDigest(files));
  }
}

TEST_F(FolderTest, EveryChangeChangesTheDigest) {
  std::vector<SourceFile> files = {{"a.sql", "1"}, {"b.sql", "2"}, {"c.sql", "3"}};
  for (const SourceFile& file : files) Write(file.name, file.content);
  auto expect = [&](absl::string_view what) {
    EXPECT_EQ(*FolderDigest(folder()), BundleDigest(files)) << what;
    EXPECT_EQ(CacheDigest(), BundleDigest(files)) << what;
    EXPECT_EQ(*FolderDigest(folder()), BundleDigest(files)) << what << ", from the cache";
  };
  expect("new");
  fs::rename(fs::path(folder()) / "a.sql", fs::path(folder()) / "aa.sql");
  files[0].name = "aa.sql";
  expect("renamed");
  fs::rename(fs::path(folder()) / "c.sql", fs::path(folder()) / "b.sql");
  files = {{"aa.sql", "1"}, {"b.sql", "3"}};
  expect("replaced by another");
  Write("b.sql", "4");
  files[1].content = "4";
  expect("edited in place");
  Write("target", "5");
  fs::create_symlink("target", fs::path(folder()) / "d.sql");
  files.push_back({"d.sql", "5"});
  expect("linked");
  Write("target", "6");
  files[2].content = "6";
  expect("edited behind the link");
  fs::remove(fs::path(folder()) / "d.sql");
  files.pop_back();
  expect("removed");
  fs::rename(folder(), root_ / "other");
  fs::create_directory(folder());
  files.clear();
  expect("another folder");
}

TEST_F(FolderTest, DigestsRecentFilesWithoutCaching) {
  Write("a.sql", FileText("a"));
  EXPECT_EQ(*FolderDigest(folder()), BundleDigest({{"a.sql", FileText("a")}}));
  EXPECT_EQ(CacheFile(), "");
  Write("a.sql", "not even valid");
  EXPECT_EQ(*FolderDigest(folder()), BundleDigest({{"a.sql", "not even valid"}}));
}

}  // namespace
}  // namespace brant
