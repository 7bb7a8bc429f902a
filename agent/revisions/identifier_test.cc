#include "agent/revisions/identifier.h"

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/revisions/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kGraph = R"(
  ae10aaaa
  ae10bbbb < ae10aaaa = left
  cccc0000 < ae10aaaa = right,rel-1
  dddd0000 < ae10bbbb
  eeee0000 < cccc0000
  ffff0000 : dddd0000 = other
)";

std::string Describe(const RevisionGraph& graph,
                     const absl::StatusOr<std::vector<RevisionIndex>>& found) {
  if (found.ok()) return Ids(graph, *found);
  EXPECT_NE(ErrorDetail(found.status(), "hint"), "") << found.status();
  return absl::StrCat("error ", v1::ErrorReason_Name(ReasonOf(found.status())).substr(13), " ",
                      found.status().message());
}

std::string Resolve(absl::string_view text, absl::string_view lines = kGraph) {
  RevisionGraph graph = MakeGraph(lines);
  return Describe(graph, ResolveRevisions(graph, text));
}

std::string History(absl::string_view range, const std::vector<std::string>& rows = {},
                    absl::string_view lines = kGraph) {
  RevisionGraph graph = MakeGraph(lines);
  return Describe(graph, ResolveHistory(graph, range, rows));
}

TEST(ResolveRevisionsTest, Absolute) {
  EXPECT_EQ(Resolve("ae10aaaa"), "ae10aaaa");
  EXPECT_EQ(Resolve("cccc"), "cccc0000");
  EXPECT_EQ(Resolve("ae10b"), "ae10bbbb");
  EXPECT_EQ(Resolve("left"), "ae10bbbb");
  EXPECT_EQ(Resolve("base"), "");
  // dddd0000 is a head, but ffff0000 depends on it.
  EXPECT_EQ(Resolve("heads"), "eeee0000 ffff0000");
  EXPECT_THAT(Resolve("head"), StartsWith("error MULTIPLE_HEADS Multiple head revisions"));
  EXPECT_EQ(Resolve("head", "aaaa\nbbbb < aaaa"), "bbbb");
  EXPECT_EQ(Resolve("head", ""), "");
}

TEST(ResolveRevisionsTest, WithABranch) {
  EXPECT_EQ(Resolve("left@head"), "dddd0000");
  EXPECT_EQ(Resolve("left@heads"), "dddd0000");
  EXPECT_EQ(Resolve("left@base"), "");
  EXPECT_EQ(Resolve("left@dddd0000"), "dddd0000");
  EXPECT_EQ(Resolve("cccc@head"), "eeee0000");
  // The branch narrows an ambiguous prefix.
  EXPECT_EQ(Resolve("left@ae10b"), "ae10bbbb");
  EXPECT_EQ(Resolve("right@ae10"), "ae10aaaa");
  EXPECT_EQ(Resolve("left@eeee0000"),
            "error REVISION_NOT_FOUND Can't locate revision identified by 'left@eeee0000': "
            "Revision eeee0000 is not a member of branch 'left'");
  EXPECT_THAT(Resolve("ae10aaaa@head"), StartsWith("error MULTIPLE_HEADS"));
}

TEST(ResolveRevisionsTest, Relative) {
  EXPECT_EQ(Resolve("dddd0000-1"), "ae10bbbb");
  EXPECT_EQ(Resolve("dddd0000-2"), "ae10aaaa");
  EXPECT_EQ(Resolve("dddd0000-3"), "");
  EXPECT_THAT(Resolve("dddd0000-4"), HasSubstr("Relative revision -4 didn't produce 4"));
  EXPECT_EQ(Resolve("left@base+2"), "ae10bbbb");
  EXPECT_EQ(Resolve("left@ae10aaaa+1"), "ae10bbbb");
  EXPECT_EQ(Resolve("left@head-1"), "ae10bbbb");
  EXPECT_EQ(Resolve("left+1"), "dddd0000");
  EXPECT_EQ(Resolve("left@-1"), "ae10bbbb");
}

TEST(ResolveRevisionsTest, Unknown) {
  EXPECT_EQ(Resolve("zzzz"), "error REVISION_NOT_FOUND Can't locate revision identified by 'zzzz'");
  EXPECT_EQ(Resolve("ccc"), "error REVISION_NOT_FOUND Can't locate revision identified by 'ccc'");
  EXPECT_EQ(Resolve("ae10"),
            "error REVISION_AMBIGUOUS Multiple revisions start with 'ae10': 'ae10aaaa', "
            "'ae10bbbb'");
  EXPECT_THAT(Resolve("typo@head"), HasSubstr("No such branch: 'typo'"));
  EXPECT_THAT(Resolve(""), StartsWith("error INVALID_TARGET"));
  EXPECT_THAT(Resolve("@head"), StartsWith("error INVALID_TARGET"));
  EXPECT_THAT(Resolve("left@"), StartsWith("error INVALID_TARGET"));
  EXPECT_THAT(Resolve("a@b@c"), StartsWith("error INVALID_TARGET"));
  EXPECT_THAT(Resolve("a:b"), StartsWith("error INVALID_TARGET Range revision not allowed"));
  EXPECT_THAT(Resolve("head@head"), HasSubstr("No such branch: 'head'"));
  EXPECT_THAT(Resolve("current"), StartsWith("error INVALID_TARGET"));
  EXPECT_THAT(Resolve("base+99999999999999999999", "aaaa"),
              HasSubstr("Relative revision +99999999999999999999 didn't produce"));
}

TEST(ResolveRevisionsTest, LabelsThatLookRelative) {
  EXPECT_EQ(Resolve("rel-1"), "cccc0000");
  EXPECT_EQ(Resolve("rel-1@head"), "eeee0000");
  EXPECT_EQ(Resolve("rel-1+1"), "eeee0000");
  EXPECT_THAT(Resolve("rela-1", "aaaa\nrela < aaaa = rela-1"),
              StartsWith("error REVISION_AMBIGUOUS"));
}

TEST(ResolveRevisionTest, NeedsOne) {
  RevisionGraph graph = MakeGraph(kGraph);
  EXPECT_EQ(*ResolveRevision(graph, "left"), *graph.FindId("ae10bbbb"));
  EXPECT_EQ(ReasonOf(ResolveRevision(graph, "base").status()), v1::ERROR_REASON_REVISION_NOT_FOUND);
  EXPECT_EQ(ReasonOf(ResolveRevision(graph, "heads").status()), v1::ERROR_REASON_MULTIPLE_HEADS);
}

TEST(ResolveHistoryTest, Ranges) {
  EXPECT_EQ(History(""), "ffff0000 eeee0000 dddd0000 cccc0000 ae10bbbb ae10aaaa");
  EXPECT_EQ(History(":"), History(""));
  EXPECT_EQ(History("ae10b:"), "dddd0000 ae10bbbb");
  EXPECT_EQ(History(":left"), "ae10bbbb ae10aaaa");
  EXPECT_EQ(History("left:dddd0000"), "dddd0000 ae10bbbb");
  EXPECT_EQ(History("left:current", {"dddd0000"}), "dddd0000 ae10bbbb");
  EXPECT_EQ(History(":current", {}), "");
  EXPECT_EQ(History("current:", {"cccc0000"}), "eeee0000 cccc0000");
  EXPECT_EQ(History("dddd:left"),
            "error INVALID_TARGET Requested range dddd:left does not refer to ancestor/descendant "
            "revisions along the same branch");
  EXPECT_THAT(History("left"), HasSubstr("History range requires [start]:[end]"));
}

TEST(ResolveHistoryTest, RelativeEnds) {
  constexpr absl::string_view kLine = "aaaa\nbbbb < aaaa\ncccc < bbbb\ndddd < cccc";
  EXPECT_EQ(History("-1:", {}, kLine), "dddd cccc");
  EXPECT_EQ(History("-1:current", {"bbbb"}, kLine), "bbbb aaaa");
  EXPECT_EQ(History("-9:", {}, kLine), "dddd cccc bbbb aaaa");
  EXPECT_EQ(History("aaaa:+1", {}, kLine), "bbbb aaaa");
  EXPECT_EQ(History(":+2", {}, kLine), "bbbb aaaa");
  EXPECT_EQ(History("head-1:head", {}, kLine), "dddd cccc");
  EXPECT_THAT(History("-1:+1", {}, kLine), StartsWith("error INVALID_TARGET"));
  EXPECT_THAT(History("-1:"), StartsWith("error REVISION_AMBIGUOUS"));
}

}  // namespace
}  // namespace brant
