#include "agent/revisions/graph.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/revisions/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

std::string All(const RevisionGraph& graph) {
  std::vector<RevisionIndex> all;
  for (RevisionIndex i = 0; i < graph.size(); ++i) all.push_back(i);
  return Ids(graph, all);
}

std::string Flagged(const RevisionGraph& graph, const std::vector<bool>& flags) {
  std::vector<RevisionIndex> set;
  for (RevisionIndex i = 0; i < graph.size(); ++i) {
    if (flags[i]) set.push_back(i);
  }
  return Ids(graph, set);
}

std::string Labels(const RevisionGraph& graph, absl::string_view id) {
  return absl::StrJoin(graph.LabelsOf(*graph.FindId(id)), " ");
}

// "file:line message"; INVALID_GRAPH with a hint.
std::string BuildError(absl::string_view lines) {
  absl::Status status = RevisionGraph::Build(MakeRevisions(lines)).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_GRAPH);
  EXPECT_NE(ErrorDetail(status, "hint"), "");
  return absl::StrCat(ErrorDetail(status, "file"), ":", ErrorDetail(status, "line"), " ",
                      status.message());
}

TEST(RevisionGraphTest, Empty) {
  RevisionGraph graph = MakeGraph("");
  EXPECT_EQ(graph.size(), 0);
  EXPECT_TRUE(graph.Heads().empty());
  EXPECT_TRUE(graph.FindPrefix("").empty());
  EXPECT_FALSE(graph.FindId("a").has_value());
}

TEST(RevisionGraphTest, EdgesHeadsAndBases) {
  RevisionGraph graph = MakeGraph(R"(
    a
    b < a
    c < a
    m < b,c
    x : left,b
    y < x = left2
    l < a = left
  )");
  RevisionIndex a = *graph.FindId("a"), x = *graph.FindId("x"), m = *graph.FindId("m");
  EXPECT_EQ(Ids(graph, graph.children(a)), "b c l");
  EXPECT_EQ(Ids(graph, graph.parents(m)), "b c");
  EXPECT_EQ(Ids(graph, graph.dependencies(x)), "l b");
  EXPECT_EQ(Ids(graph, graph.dependents(*graph.FindLabel("left"))), "x");
  EXPECT_EQ(Ids(graph, graph.Heads()), "m l y");
  EXPECT_EQ(Ids(graph, graph.EffectiveHeads()), "m y");
  EXPECT_EQ(Ids(graph, graph.Bases()), "a x");
  EXPECT_TRUE(graph.IsHead(m));
  EXPECT_FALSE(graph.IsHead(a));
  EXPECT_FALSE(graph.FindLabel("a").has_value());
  EXPECT_FALSE(graph.FindId("left").has_value());
}

TEST(RevisionGraphTest, PlacesAreTopologicalThenByFileName) {
  // By file name alone this would be a z c b d.
  RevisionGraph graph = MakeGraph(R"(
    a 01.sql
    d < b 05.sql
    c < b 03.sql
    b < a 04.sql
    z 02.sql
  )");
  EXPECT_EQ(All(graph), "a z b c d");
}

TEST(RevisionGraphTest, ApplyOrderIsOfWhatIsLeft) {
  RevisionGraph graph = MakeGraph(R"(
    r < p 01.sql
    q 03.sql
    p 05.sql
  )");
  EXPECT_EQ(All(graph), "q p r");
  // With p applied, r is free at once, and its file comes first.
  std::vector<bool> left(3, true);
  left[*graph.FindId("p")] = false;
  EXPECT_EQ(Ids(graph, graph.ApplyOrder(left)), "r q");
}

TEST(RevisionGraphTest, AncestorsAndDescendants) {
  RevisionGraph graph = MakeGraph("a\nb < a\nx\ny < x : b\nz < y");
  RevisionIndex y = *graph.FindId("y"), b = *graph.FindId("b");
  EXPECT_EQ(Flagged(graph, graph.Ancestors({y}, true)), "a b x y");
  EXPECT_EQ(Flagged(graph, graph.Ancestors({y}, false)), "x y");
  EXPECT_EQ(Flagged(graph, graph.Descendants({b}, true)), "b y z");
  EXPECT_EQ(Flagged(graph, graph.Descendants({b}, false)), "b");
  EXPECT_EQ(Flagged(graph, graph.Ancestors({}, true)), "");
}

TEST(RevisionGraphTest, Prefixes) {
  RevisionGraph graph = MakeGraph("abcd1\nabcd2 < abcd1 = abcx\nb < abcd2");
  std::vector<std::string> found;
  for (const RevisionGraph::Name& name : graph.FindPrefix("abc")) found.push_back(name.text);
  EXPECT_THAT(found, ::testing::ElementsAre("abcd1", "abcd2", "abcx"));
  EXPECT_TRUE(graph.FindPrefix("c").empty());
  EXPECT_FALSE(graph.FindId("abc").has_value());
}

TEST(RevisionGraphTest, LabelsSpread) {
  RevisionGraph graph = MakeGraph(R"(
    a
    b < a = left
    c < b
    d < a = right
    e < d
    f < d = high
    m < c,f
    n < m = top
    s
    t < s = alone
  )");
  EXPECT_EQ(Labels(graph, "a"), "");
  EXPECT_EQ(Labels(graph, "b"), "left");
  EXPECT_EQ(Labels(graph, "c"), "left");
  EXPECT_EQ(Labels(graph, "d"), "right");
  EXPECT_EQ(Labels(graph, "e"), "right");
  EXPECT_EQ(Labels(graph, "f"), "high right");
  EXPECT_EQ(Labels(graph, "m"), "high left right");
  EXPECT_EQ(Labels(graph, "n"), "high left right top");
  // Upwards to the base, since nothing branches.
  EXPECT_EQ(Labels(graph, "s"), "alone");
}

TEST(RevisionGraphTest, DependentsStopALabelOnItsWayUp) {
  RevisionGraph graph = MakeGraph("a\nb < a\nc < b = left\nx : a");
  EXPECT_EQ(Labels(graph, "b"), "left");
  EXPECT_EQ(Labels(graph, "a"), "");
}

TEST(RevisionGraphTest, Errors) {
  EXPECT_EQ(BuildError("a\nb < a\nb < a other.sql"),
            "other.sql:3 Revision b is present more than once: in 02_b.sql and in other.sql");
  EXPECT_EQ(BuildError("a = x\nb < a = x"),
            "02_b.sql:5 Branch name 'x' in revision b already used by revision a (01_a.sql)");
  EXPECT_EQ(BuildError("a\nb < a = a"),
            "02_b.sql:5 Branch name 'a' in revision b is also the id of the revision in 01_a.sql");
  EXPECT_EQ(BuildError("a\nb < zz"),
            "02_b.sql:4 Revision zz referenced from b (02_b.sql) is not present");
  EXPECT_EQ(BuildError("a\nb < a : zz"),
            "02_b.sql:6 Revision zz, on which b (02_b.sql) depends, is not present");
  EXPECT_EQ(BuildError("a < a"), "01_a.sql:4 Self-loop is detected in revisions (a in 01_a.sql)");
  EXPECT_EQ(BuildError("a : a"),
            "01_a.sql:6 Dependency self-loop is detected in revisions (a in 01_a.sql)");
  EXPECT_EQ(BuildError("r\na < r,c\nb < a\nc < b\nd < c"),
            "02_a.sql:4 Cycle is detected in revisions (a in 02_a.sql, c in 04_c.sql, b in "
            "03_b.sql)");
  EXPECT_EQ(BuildError("a : b\nb < a"),
            "01_a.sql:6 Dependency cycle is detected in revisions (a in 01_a.sql, b in 02_b.sql)");
}

TEST(RevisionGraphTest, ACycleOfDependenciesOnOwnLineage) {
  EXPECT_THAT(BuildError("a = l\nb < a\nc < b\nd < a : c\ne < d\nf : g\ng < e : f"),
              HasSubstr("Dependency cycle is detected in revisions (f in 06_f.sql, g in 07_g.sql"));
}

}  // namespace
}  // namespace brant
