#include "agent/revisions/listing.h"

#include "agent/revisions/identifier.h"
#include "agent/revisions/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

// m merges b and c; y, a base, depends on b.
constexpr absl::string_view kGraph = R"(
  aaaa1111
  bbbb2222 < aaaa1111 = billing
  cccc3333 < aaaa1111
  mmmm4444 < bbbb2222,cccc3333
  xxxx5555 = other
  yyyy6666 < xxxx5555 : billing,cccc3333
  zzzz7777 : mmmm4444
)";

std::string History(const RevisionGraph& graph, const ListingOptions& options) {
  return HistoryText(graph, *ResolveHistory(graph, "", {}), options);
}

TEST(ListingTest, History) {
  RevisionGraph graph = MakeGraph(kGraph);
  EXPECT_EQ(History(graph, {}),
            "<base> (mmmm4444) -> zzzz7777 (head), message of zzzz7777\n"
            "xxxx5555 (billing, cccc3333) -> yyyy6666 (other) (head), message of yyyy6666\n"
            "<base> -> xxxx5555 (other), message of xxxx5555\n"
            "bbbb2222, cccc3333 -> mmmm4444 (billing) (effective head) (mergepoint), message of "
            "mmmm4444\n"
            "aaaa1111 -> cccc3333, message of cccc3333\n"
            "aaaa1111 -> bbbb2222 (billing), message of bbbb2222\n"
            "<base> -> aaaa1111 (branchpoint), message of aaaa1111\n");
  EXPECT_EQ(HistoryText(graph, {*graph.FindId("bbbb2222")}, {.current = {"bbbb2222"}}),
            "aaaa1111 -> bbbb2222 (billing) (current), message of bbbb2222\n");
  EXPECT_EQ(HistoryText(graph, {*graph.FindId("bbbb2222"), *graph.FindId("aaaa1111")},
                        {.current = {"bbbb2222"}, .applied = {"aaaa1111", "bbbb2222"}}),
            "aaaa1111 -> bbbb2222 (billing) (current), message of bbbb2222\n"
            "<base> -> aaaa1111 (applied) (branchpoint), message of aaaa1111\n");
}

TEST(ListingTest, Heads) {
  RevisionGraph graph = MakeGraph(kGraph);
  EXPECT_EQ(HeadsText(graph, false, {}),
            "mmmm4444 (billing) (effective head)\n"
            "yyyy6666 (other) (head)\n"
            "zzzz7777 (head)\n");
  EXPECT_EQ(HeadsText(graph, true, {}), "yyyy6666 (other) (head)\nzzzz7777 (head)\n");
  EXPECT_EQ(HeadsText(MakeGraph(""), false, {}), "");
}

TEST(ListingTest, Branches) {
  RevisionGraph graph = MakeGraph(kGraph);
  EXPECT_EQ(BranchesText(graph, {}),
            "aaaa1111 (branchpoint)\n"
            "         -> bbbb2222 (billing)\n"
            "         -> cccc3333\n"
            "\n");
  EXPECT_EQ(BranchesText(graph, {.verbose = true, .folder = "migrations/"}),
            "Rev: aaaa1111 (branchpoint)\n"
            "Parent: <base>\n"
            "Branches into: bbbb2222, cccc3333\n"
            "Path: migrations/01_aaaa1111.sql\n"
            "\n"
            "    message of aaaa1111\n"
            "    \n"
            "    Revision ID: aaaa1111\n"
            "    Revises:\n"
            "    Branch Labels:\n"
            "    Depends On:\n"
            "\n"
            "         -> bbbb2222 (billing), message of bbbb2222\n"
            "         -> cccc3333, message of cccc3333\n"
            "\n");
}

TEST(ListingTest, Show) {
  RevisionGraph graph = MakeGraph(kGraph);
  EXPECT_EQ(ShowText(graph, {*graph.FindId("yyyy6666")}, {.current = {"yyyy6666"}}),
            "Rev: yyyy6666 (head) (current)\n"
            "Parent: xxxx5555\n"
            "Also depends on: billing, cccc3333\n"
            "Branch names: other\n"
            "Path: 06_yyyy6666.sql\n"
            "\n"
            "    message of yyyy6666\n"
            "    \n"
            "    Revision ID: yyyy6666\n"
            "    Revises: xxxx5555\n"
            "    Branch Labels:\n"
            "    Depends On: billing,cccc3333\n"
            "\n");
  EXPECT_THAT(ShowText(graph, {*graph.FindId("mmmm4444")}, {}),
              ::testing::StartsWith("Rev: mmmm4444 (head) (mergepoint)\n"
                                    "Merges: bbbb2222, cccc3333\n"
                                    "Branch names: billing\n"));
}

TEST(ListingTest, Current) {
  RevisionGraph graph = MakeGraph(kGraph);
  EXPECT_EQ(CurrentText(graph, {}, {}), "");
  EXPECT_EQ(CurrentText(graph, {"aaaa1111"}, {}), "aaaa1111 (branchpoint)\n");
  // cccc3333 and bbbb2222 are implied by yyyy6666.
  EXPECT_EQ(CurrentText(graph, {"yyyy6666"}, {}), "bbbb2222\ncccc3333\nyyyy6666 (head)\n");
  EXPECT_EQ(CurrentText(graph, {"mmmm4444", "gone"}, {}),
            "mmmm4444 (effective head) (mergepoint)\ngone (not among the migration files)\n");
}

}  // namespace
}  // namespace brant
