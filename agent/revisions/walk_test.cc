#include "agent/revisions/walk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/revisions/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A database at `rows` and the migrations in `lines`. Commands return what ran
// and the rows afterwards, "b c | c", or "error REASON message".
class Database {
 public:
  Database(absl::string_view lines, absl::string_view rows)
      : graph_(MakeGraph(lines)), rows_(absl::StrSplit(rows, ' ', absl::SkipEmpty())) {}

  std::string Upgrade(absl::string_view target) { return Run(WalkUpgrade(graph_, rows_, target)); }
  std::string Downgrade(absl::string_view target) {
    return Run(WalkDowngrade(graph_, rows_, target));
  }
  std::string Stamp(absl::string_view targets, bool purge = false) {
    absl::StatusOr<RowChange> change =
        WalkStamp(graph_, rows_, std::vector<std::string>(absl::StrSplit(targets, ' ')), purge);
    if (!change.ok()) return Describe(change.status());
    Change(change->removed, change->added);
    return Rows();
  }

 private:
  static std::string Describe(const absl::Status& status) {
    EXPECT_NE(ErrorDetail(status, "hint"), "") << status;
    return absl::StrCat("error ", v1::ErrorReason_Name(ReasonOf(status)).substr(13), " ",
                        status.message());
  }

  std::string Run(const absl::StatusOr<std::vector<Move>>& moves) {
    if (!moves.ok()) return Describe(moves.status());
    std::vector<std::string> ran;
    for (const Move& move : *moves) {
      ran.push_back(graph_.revision(move.revision).id);
      Change(move.rows_removed, move.rows_added);
    }
    return absl::StrCat(absl::StrJoin(ran, " "), " | ", Rows());
  }

  void Change(const std::vector<std::string>& removed, const std::vector<std::string>& added) {
    for (const std::string& row : removed) {
      auto found = std::find(rows_.begin(), rows_.end(), row);
      ASSERT_NE(found, rows_.end()) << row;
      rows_.erase(found);
    }
    for (const std::string& row : added) {
      ASSERT_EQ(std::find(rows_.begin(), rows_.end(), row), rows_.end()) << row;
      rows_.push_back(row);
    }
  }

  std::string Rows() {
    std::sort(rows_.begin(), rows_.end());
    return absl::StrJoin(rows_, " ");
  }

  RevisionGraph graph_;
  std::vector<std::string> rows_;
};

constexpr absl::string_view kLine = "a\nb < a\nc < b\nd < c";
// b and c on a, merged by m.
constexpr absl::string_view kMerge = "a\nb < a = left\nc < a = right\nm < b,c";
constexpr absl::string_view kBranches = "a\nb < a = left\nc < a = right\nd < b\ne < c";

TEST(WalkUpgradeTest, AlongALine) {
  EXPECT_EQ(Database(kLine, "").Upgrade("head"), "a b c d | d");
  EXPECT_EQ(Database(kLine, "b").Upgrade("c"), "c | c");
  EXPECT_EQ(Database(kLine, "b").Upgrade("+1"), "c | c");
  EXPECT_EQ(Database(kLine, "b").Upgrade("+2"), "c d | d");
  EXPECT_EQ(Database(kLine, "").Upgrade("+1"), "a | a");
  EXPECT_EQ(Database(kLine, "").Upgrade("base+2"), "a b | b");
  EXPECT_EQ(Database(kLine, "").Upgrade("head-1"), "a b c | c");
  EXPECT_EQ(Database(kLine, "a").Upgrade("b+1"), "b c | c");
  EXPECT_EQ(Database("", "").Upgrade("head"), " | ");
}

// Rule 13.
TEST(WalkUpgradeTest, WhatIsAppliedIsDone) {
  EXPECT_EQ(Database(kLine, "c").Upgrade("a"), " | c");
  EXPECT_EQ(Database(kLine, "d").Upgrade("head"), " | d");
  EXPECT_EQ(Database(kLine, "c").Upgrade("base"), " | c");
  EXPECT_EQ(Database(kLine, "d").Upgrade("+1"),
            "error INVALID_TARGET Relative revision +1 didn't produce 1 migrations");
  EXPECT_EQ(Database(kLine, "a").Upgrade("c+9"),
            "error INVALID_TARGET Relative revision +9 didn't produce 9 migrations");
  EXPECT_EQ(Database(kLine, "a").Upgrade("-1"),
            "error INVALID_TARGET Relative revision -1 didn't produce 1 migrations");
}

TEST(WalkUpgradeTest, BranchesAndMerges) {
  EXPECT_EQ(Database(kBranches, "").Upgrade("heads"), "a b c d e | d e");
  EXPECT_THAT(Database(kBranches, "").Upgrade("head"),
              StartsWith("error MULTIPLE_HEADS Multiple head revisions are present for given "
                         "argument 'head'; please specify a specific target revision, "
                         "'<branchname>@head' to narrow to a specific head, or 'heads'"));
  EXPECT_EQ(Database(kBranches, "").Upgrade("left@head"), "a b d | d");
  EXPECT_EQ(Database(kBranches, "d").Upgrade("right"), "c | c d");
  EXPECT_EQ(Database(kMerge, "").Upgrade("head"), "a b c m | m");
  EXPECT_EQ(Database(kMerge, "b").Upgrade("m"), "c m | m");
}

// The earliest file name goes first among what is free.
TEST(WalkUpgradeTest, OrderIsByFileName) {
  EXPECT_EQ(Database("r < p 01.sql\nq 03.sql\np 05.sql", "p").Upgrade("heads"), "r q | q r");
  EXPECT_EQ(Database("r < p 01.sql\nq 03.sql\np 05.sql", "").Upgrade("heads"), "q p r | q r");
  EXPECT_EQ(Database("r < p 01.sql\nq 03.sql\np 05.sql", "q r").Downgrade("base"), "r p q | ");
}

// Rules 1, 2 and 5.
TEST(WalkUpgradeTest, Dependencies) {
  EXPECT_EQ(Database("a\nb : a", "").Upgrade("heads"), "a b | b");
  EXPECT_THAT(Database("a\nb : a", "").Upgrade("head"), StartsWith("error MULTIPLE_HEADS"));
  EXPECT_EQ(Database("a\nb < a\nc : b", "b").Upgrade("+1"),
            "error INVALID_TARGET Relative revision +1 didn't produce 1 migrations");
}

// Rules 7 and 8.
TEST(WalkUpgradeTest, RelativeToWhatIsApplied) {
  EXPECT_THAT(Database(kBranches, "b c").Upgrade("+1"),
              StartsWith("error REVISION_AMBIGUOUS Ambiguous upgrade from multiple current"));
  EXPECT_EQ(Database(kBranches, "b c").Upgrade("left@+1"), "d | c d");
  EXPECT_EQ(Database(kBranches, "").Upgrade("left@+1"), "a | a");
  EXPECT_EQ(Database(kBranches, "a").Upgrade("left@+1"), "b | b");
  EXPECT_EQ(Database(kBranches, "c").Upgrade("left@+2"), "b d | c d");
  EXPECT_THAT(Database(kBranches, "a").Upgrade("+1"),
              StartsWith("error REVISION_AMBIGUOUS Ambiguous walk: a leads up to b, c"));
  EXPECT_EQ(Database(kBranches, "").Upgrade("left@head-1"), "a b | b");
}

TEST(WalkDowngradeTest, AlongALine) {
  EXPECT_EQ(Database(kLine, "d").Downgrade("base"), "d c b a | ");
  EXPECT_EQ(Database(kLine, "d").Downgrade("-1"), "d | c");
  EXPECT_EQ(Database(kLine, "d").Downgrade("b"), "d c | b");
  EXPECT_EQ(Database(kLine, "d").Downgrade("c-1"), "d c | b");
  EXPECT_EQ(Database(kLine, "d").Downgrade("b+1"), "d | c");
  EXPECT_EQ(Database(kLine, "a").Downgrade("-1"), "a | ");
  EXPECT_EQ(Database(kLine, "d").Downgrade("d"), " | d");
  EXPECT_EQ(Database(kLine, "").Downgrade("base"), " | ");
}

// Rule 13.
TEST(WalkDowngradeTest, RefusesWhatIsNotApplied) {
  EXPECT_EQ(Database(kLine, "b").Downgrade("d"),
            "error INVALID_TARGET Destination d is not a valid downgrade target from current "
            "head(s)");
  EXPECT_EQ(Database(kLine, "b").Downgrade("-9"),
            "error INVALID_TARGET Relative revision -9 didn't produce 9 migrations");
  EXPECT_EQ(Database(kLine, "").Downgrade("-1"),
            "error INVALID_TARGET Relative revision -1 didn't produce 1 migrations");
  EXPECT_THAT(Database(kLine, "b").Downgrade("+1"), StartsWith("error INVALID_TARGET Relative"));
}

// Rule 4.
TEST(WalkDowngradeTest, RemovesDependents) {
  EXPECT_EQ(Database("a\nb < a\nc : b", "c").Downgrade("a"), "c b | a");
}

// Rule 5.
TEST(WalkDowngradeTest, RelativeWalksFollowParentsOnly) {
  EXPECT_EQ(Database("a\nb < a\nc : b", "c").Downgrade("-1"), "c | b");
}

// Rule 6.
TEST(WalkDowngradeTest, FromAMerge) {
  EXPECT_THAT(Database(kMerge, "m").Downgrade("-1"),
              StartsWith("error REVISION_AMBIGUOUS Ambiguous walk: m merges b, c"));
  EXPECT_EQ(Database(kMerge, "m").Downgrade("b"), "m | b c");
  EXPECT_EQ(Database(kMerge, "m").Downgrade("a"), "m c b | a");
}

// Rules 7 and 9.
TEST(WalkDowngradeTest, RelativeNeedsOneStart) {
  EXPECT_THAT(Database(kBranches, "d e").Downgrade("-1"),
              HasSubstr("can be counted from several current revisions: d, e"));
  EXPECT_EQ(Database(kBranches, "d e").Downgrade("left@-1"), "d | b e");
  EXPECT_THAT(Database(kBranches, "e").Downgrade("left@-1"),
              StartsWith("error INVALID_TARGET Relative revision -1 didn't produce"));
  EXPECT_THAT(Database("a = l\nb < a\nc < a", "b c").Downgrade("l@-1"),
              StartsWith("error REVISION_AMBIGUOUS"));
}

// Rule 10.
TEST(WalkDowngradeTest, ALabelSelectsAmongChildren) {
  EXPECT_EQ(Database(kBranches, "d e").Downgrade("left@a"), "d b | e");
  EXPECT_EQ(Database(kBranches, "d e").Downgrade("a"), "e d c b | a");
  EXPECT_EQ(Database(kBranches, "d e").Downgrade("left@base"), "e d c b a | ");
  EXPECT_EQ(Database("a = l\nb = r", "a b").Downgrade("l@base"), "a | b");
}

// Rule 11.
TEST(WalkTest, RefusesUnknownLabels) {
  constexpr absl::string_view kError =
      "error REVISION_NOT_FOUND Can't locate revision identified by 'typo@base': No such branch: "
      "'typo'";
  EXPECT_EQ(Database(kLine, "d").Downgrade("typo@base"), kError);
  EXPECT_EQ(Database(kLine, "d").Upgrade("typo@base"), kError);
  EXPECT_EQ(Database(kLine, "d").Stamp("typo@base"), kError);
}

TEST(WalkTest, UnknownRows) {
  for (std::string result :
       {Database(kLine, "zz").Upgrade("head"), Database(kLine, "zz").Downgrade("base"),
        Database(kLine, "zz").Stamp("head")}) {
    EXPECT_THAT(result, StartsWith("error UNKNOWN_CURRENT_REVISION Can't locate revision "
                                   "identified by 'zz'"));
  }
  EXPECT_EQ(Database(kLine, "zz").Stamp("head", /*purge=*/true), "d");
}

TEST(WalkTest, RefusesRanges) {
  EXPECT_THAT(Database(kLine, "").Upgrade("a:b"),
              StartsWith("error INVALID_TARGET Range revision not allowed"));
}

// Rule 14.
TEST(WalkStampTest, ReplacesRowsOfTheLineage) {
  EXPECT_EQ(Database("a\nb < a\nc\nd < b", "c d").Stamp("b"), "b c");
  EXPECT_EQ(Database(kLine, "").Stamp("c"), "c");
  EXPECT_EQ(Database(kLine, "d").Stamp("b"), "b");
  EXPECT_EQ(Database(kLine, "d").Stamp("base"), "");
  EXPECT_EQ(Database(kBranches, "a").Stamp("heads"), "d e");
  EXPECT_EQ(Database(kBranches, "d e").Stamp("a"), "a");
  EXPECT_EQ(Database(kBranches, "d").Stamp("e"), "d e");
  EXPECT_EQ(Database(kBranches, "d e").Stamp("left@base"), "e");
  EXPECT_EQ(Database("a\nb : a", "b").Stamp("a"), "a");
  EXPECT_EQ(Database(kBranches, "d e").Stamp("b", /*purge=*/true), "b");
  EXPECT_THAT(Database(kBranches, "").Stamp("a b"),
              StartsWith("error INVALID_TARGET Requested revision b overlaps with other requested "
                         "revisions a"));
}

// Rule 15: Alembic dies with a KeyError in the middle of this.
TEST(RegressionTest, DependencyOnAParentAndItsAncestor) {
  Database database("a\nb < a\nx\nc < x : b,a", "");
  EXPECT_EQ(database.Upgrade("heads"), "a b x c | c");
  EXPECT_EQ(database.Downgrade("x"), "c | b x");
}

// Rule 15: Alembic leaves rows that overlap, on which its next upgrade fails.
TEST(RegressionTest, UndoingAMergeOfWhatDependsOnEachOther) {
  Database database("a\nb : a\nm < a,b", "m");
  EXPECT_EQ(database.Downgrade("b"), "m | b");
  EXPECT_EQ(database.Upgrade("head"), "m | m");
}

TEST(RegressionTest, OverlappingRowsAreMended) {
  EXPECT_EQ(Database(kLine, "a b").Upgrade("c"), "c | c");
  EXPECT_EQ(Database("a\nb < a\nx", "a b").Upgrade("heads"), "x | b x");
  EXPECT_EQ(Database(kLine, "a b").Downgrade("a"), "b | a");
  EXPECT_EQ(Database(kLine, "a a").Upgrade("a"), " | a a");
}

// A merge of 20,000 branches: nothing may be quadratic in it.
TEST(WalkTest, VeryWideGraphs) {
  constexpr int kBranches = 20'000;
  std::vector<Revision> revisions(kBranches + 1);
  for (int i = 0; i < kBranches; ++i) {
    revisions[i].id = revisions[i].file = absl::StrCat("b", i);
    revisions[kBranches].parents.push_back(revisions[i].id);
    revisions[kBranches].dependencies.push_back(revisions[i].id);
  }
  revisions[kBranches].id = revisions[kBranches].file = "m";
  absl::StatusOr<RevisionGraph> graph = RevisionGraph::Build(std::move(revisions));
  ASSERT_TRUE(graph.ok());
  absl::StatusOr<std::vector<Move>> moves = WalkUpgrade(*graph, {}, "head");
  ASSERT_TRUE(moves.ok());
  EXPECT_EQ(moves->size(), kBranches + 1);
  EXPECT_EQ(moves->back().rows_removed.size(), kBranches);
  moves = WalkDowngrade(*graph, {"m"}, "b0");
  ASSERT_TRUE(moves.ok());
  ASSERT_EQ(moves->size(), 1);
  EXPECT_EQ((*moves)[0].rows_added.size(), kBranches);
  EXPECT_TRUE(WalkStamp(*graph, (*moves)[0].rows_added, {"m"}, false).ok());
}

TEST(AppliedRevisionsTest, IncludesDependencies) {
  RevisionGraph graph = MakeGraph("a\nb < a\nc : b\nd < b");
  absl::StatusOr<std::vector<bool>> applied = AppliedRevisions(graph, {"c"});
  ASSERT_TRUE(applied.ok());
  EXPECT_EQ(std::count(applied->begin(), applied->end(), true), 3);
  EXPECT_FALSE((*applied)[*graph.FindId("d")]);
}

TEST(ParseOfflineRangeTest, Ends) {
  RevisionGraph graph = MakeGraph(kBranches);
  auto parse = [&](Direction direction, absl::string_view text) -> std::string {
    absl::StatusOr<OfflineRange> range = ParseOfflineRange(graph, direction, text);
    if (!range.ok()) return std::string(range.status().message());
    return absl::StrCat(absl::StrJoin(range->from_rows, " "), " -> ", range->target);
  };
  EXPECT_EQ(parse(Direction::kUpgrade, "heads"), " -> heads");
  EXPECT_EQ(parse(Direction::kUpgrade, "base:d"), " -> d");
  EXPECT_EQ(parse(Direction::kUpgrade, "a:heads"), "a -> heads");
  EXPECT_EQ(parse(Direction::kDowngrade, "heads:base"), "d e -> base");
  EXPECT_EQ(parse(Direction::kDowngrade, "left@head:-1"), "d -> -1");
  EXPECT_EQ(parse(Direction::kDowngrade, "a"), "downgrade with --sql requires <fromrev>:<torev>");
  EXPECT_THAT(parse(Direction::kUpgrade, ":a"), HasSubstr("lacks one end"));
  EXPECT_THAT(parse(Direction::kUpgrade, "zzzz:a"), HasSubstr("Can't locate"));
}

}  // namespace
}  // namespace brant
