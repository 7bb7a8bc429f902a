// How long it takes to load, walk and recognise large migration folders.
//
//   bazel run --config=opt //tests/bench:revisions_benchmark

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/base/error.h"
#include "agent/revisions/bundle.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/listing.h"
#include "agent/revisions/walk.h"
#include "benchmark/benchmark.h"

namespace brant {
namespace {

namespace fs = std::filesystem;

std::string Id(int number) { return absl::StrFormat("%012x", number); }

// A long line with a short branch, merged again, at every tenth revision, and a
// label and a dependency now and then.
std::vector<SourceFile> MakeFiles(int count) {
  std::vector<SourceFile> files;
  for (int i = 0; i < count; ++i) {
    std::string parents = i == 0 ? "" : Id(i - 1);
    if (i > 10 && i % 10 == 5) parents = Id(i - 2);
    if (i > 10 && i % 10 == 6) parents = absl::StrCat(Id(i - 1), ", ", Id(i - 2));
    std::string text = absl::StrCat("-- Change number ", i, "\n--\n-- Revision ID: ", Id(i),
                                    "\n-- Revises: ", parents, "\n");
    if (i % 100 == 50) absl::StrAppend(&text, "-- Branch Labels: label-", i, "\n");
    if (i % 100 == 99) absl::StrAppend(&text, "-- Depends On: ", Id(i - 40), "\n");
    absl::StrAppend(&text, "-- Create Date: 2024-10-31 09:15:00+00:00\n\n-- brant:upgrade\n",
                    "CREATE TABLE table_", i,
                    " (id BIGINT PRIMARY KEY, name TEXT NOT NULL, created TIMESTAMP);\n",
                    "CREATE INDEX index_", i, " ON table_", i,
                    " (name);\n\n-- brant:downgrade\nDROP TABLE table_", i, ";\n");
    files.push_back({absl::StrFormat("20241031_%05d_change.sql", i), std::move(text)});
  }
  return files;
}

std::shared_ptr<const Bundle> MakeTestBundle(int count) { return *MakeBundle(MakeFiles(count)); }

void BM_ParseAndBuild(benchmark::State& state) {
  std::vector<SourceFile> files = MakeFiles(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(MakeBundle(files).ok());
  }
}
BENCHMARK(BM_ParseAndBuild)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_WalkUpgradeAll(benchmark::State& state) {
  auto bundle = MakeTestBundle(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(WalkUpgrade(bundle->graph, {}, "head").ok());
  }
}
BENCHMARK(BM_WalkUpgradeAll)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_WalkUpgradeNothing(benchmark::State& state) {
  auto bundle = MakeTestBundle(static_cast<int>(state.range(0)));
  std::vector<std::string> rows = {Id(static_cast<int>(state.range(0)) - 1)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(WalkUpgrade(bundle->graph, rows, "head").ok());
  }
}
BENCHMARK(BM_WalkUpgradeNothing)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_History(benchmark::State& state) {
  auto bundle = MakeTestBundle(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        HistoryText(bundle->graph, *ResolveHistory(bundle->graph, "", {}), {}));
  }
}
BENCHMARK(BM_History)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

// A folder on disk whose files are old enough to be cached, and a cache of its
// own, both gone at the end.
class FolderFixture : public benchmark::Fixture {
 public:
  void SetUp(const benchmark::State& state) override {
    root_ = fs::temp_directory_path() / absl::StrCat("brant-benchmark-", getpid());
    fs::create_directories(root_ / "migrations");
    setenv("XDG_CACHE_HOME", (root_ / "cache").c_str(), 1);
    for (const SourceFile& file : MakeFiles(static_cast<int>(state.range(0)))) {
      std::ofstream(root_ / "migrations" / file.name) << file.content;
    }
  }
  void TearDown(const benchmark::State&) override { fs::remove_all(root_); }

  std::string folder() const { return root_ / "migrations"; }

 private:
  fs::path root_;
};

BENCHMARK_DEFINE_F(FolderFixture, BM_ReadMigrationFiles)(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ReadMigrationFiles(folder()).ok());
}
BENCHMARK_REGISTER_F(FolderFixture, BM_ReadMigrationFiles)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);

BENCHMARK_DEFINE_F(FolderFixture, BM_FolderDigestCached)(benchmark::State& state) {
  // Until the files' times are settled, nothing is cached.
  std::string cache = absl::StrCat(getenv("XDG_CACHE_HOME"), "/brant");
  while (!fs::exists(cache)) {
    if (!FolderDigest(folder()).ok()) abort();
  }
  for (auto _ : state) benchmark::DoNotOptimize(FolderDigest(folder()).ok());
}
BENCHMARK_REGISTER_F(FolderFixture, BM_FolderDigestCached)
    ->Arg(1'000)
    ->Arg(10'000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace brant

BENCHMARK_MAIN();
