#include "agent/revisions/new_revision.h"

#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "agent/revisions/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr absl::string_view kBranches = "a 20240101_0007_a.sql\nb < a = left\nc < a = right";

RevisionRequest Request(absl::string_view message) {
  RevisionRequest request;
  request.message = std::string(message);
  request.create_time = absl::FromUnixSeconds(1730366100);  // 2024-10-31 09:15:00 UTC
  return request;
}

Revision Parsed(const absl::StatusOr<NewRevision>& made) {
  EXPECT_TRUE(made.ok()) << DescribeError(made.status());
  if (!made.ok()) return {};
  absl::StatusOr<Revision> parsed = ParseRevision(made->file, made->text);
  EXPECT_TRUE(parsed.ok()) << DescribeError(parsed.status());
  return parsed.ok() ? *std::move(parsed) : Revision();
}

std::string Failure(const absl::StatusOr<NewRevision>& made) {
  EXPECT_FALSE(made.ok());
  EXPECT_NE(ErrorDetail(made.status(), "hint"), "") << made.status();
  return std::string(made.status().message());
}

TEST(MakeRevisionTest, WritesTheDocumentedHeader) {
  RevisionRequest request = Request("Add user profile picture column");
  request.id = "4f1c2a9be3d7";
  request.labels = {"accounts"};
  request.dependencies = {"dddd"};
  auto made = MakeRevision(MakeGraph("8a5d31c0f2b6\ndddd00 < 8a5d31c0f2b6\ne < dddd00"), request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->text,
            "-- Add user profile picture column\n"
            "--\n"
            "-- Revision ID: 4f1c2a9be3d7\n"
            "-- Revises: e\n"
            "-- Branch Labels: accounts\n"
            "-- Depends On: dddd00\n"
            "-- Create Date: 2024-10-31 09:15:00+00:00\n"
            "\n"
            "-- brant:upgrade\n"
            "\n"
            "-- brant:downgrade\n");
  EXPECT_EQ(made->file, "20241031_0001_add_user_profile_picture_column.sql");
}

TEST(MakeRevisionTest, FirstOfAll) {
  auto made = MakeRevision(MakeGraph(""), Request(""));
  Revision revision = Parsed(made);
  EXPECT_THAT(made->id, MatchesRegex("[0-9a-f]{12}"));
  EXPECT_EQ(revision.id, made->id);
  EXPECT_THAT(revision.parents, IsEmpty());
  EXPECT_EQ(revision.message, "empty message");
  EXPECT_THAT(made->text, HasSubstr("-- Revises:\n"));
  EXPECT_FALSE(absl::StrContains(made->text, "Depends On"));
}

TEST(MakeRevisionTest, IdsDiffer) {
  RevisionGraph graph = MakeGraph("");
  EXPECT_NE(MakeRevision(graph, Request(""))->id, MakeRevision(graph, Request(""))->id);
}

TEST(MakeRevisionTest, CounterIsOverTheFolder) {
  auto file = [](absl::string_view lines) {
    return MakeRevision(MakeGraph(lines), Request("x"))->file;
  };
  EXPECT_EQ(file("a 20200101_0041_a.sql\nb < a 20210101_0007_b.sql"), "20241031_0042_x.sql");
  EXPECT_EQ(file("a 20200101_9999_a.sql"), "20241031_10000_x.sql");
  EXPECT_EQ(file("a 0041_a.sql"), "20241031_0001_x.sql");
  EXPECT_EQ(file("a 20200101_99999999999999999999_a.sql"), "20241031_0001_x.sql");
}

TEST(MakeRevisionTest, Heads) {
  RevisionGraph graph = MakeGraph(kBranches);
  RevisionRequest request = Request("x");
  auto made = MakeRevision(graph, request);
  EXPECT_EQ(ReasonOf(made.status()), v1::ERROR_REASON_MULTIPLE_HEADS);
  EXPECT_EQ(Failure(made),
            "Multiple heads are present; please specify the head revision on which the new "
            "revision should be based, or perform a merge.");
  request.heads = {"left@head"};
  EXPECT_THAT(Parsed(MakeRevision(graph, request)).parents, ElementsAre("b"));
  request.heads = {"base"};
  EXPECT_THAT(Parsed(MakeRevision(graph, request)).parents, IsEmpty());
  request.heads = {"a"};
  EXPECT_EQ(Failure(MakeRevision(graph, request)),
            "Revision a is not a head revision; please specify --splice to create a new branch "
            "from this revision");
  request.splice = true;
  EXPECT_THAT(Parsed(MakeRevision(graph, request)).parents, ElementsAre("a"));
  request.heads = {"b", "left"};
  EXPECT_THAT(Failure(MakeRevision(graph, request)), StartsWith("Duplicate head revisions"));
  request.heads = {"zzzz"};
  EXPECT_THAT(Failure(MakeRevision(graph, request)), StartsWith("Can't locate revision"));
}

TEST(MakeRevisionTest, Dependencies) {
  RevisionGraph graph = MakeGraph(kBranches);
  RevisionRequest request = Request("x");
  request.heads = {"b"};
  request.dependencies = {"right", "c", "right@head"};
  EXPECT_THAT(Parsed(MakeRevision(graph, request)).dependencies, ElementsAre("right", "c"));
  request.dependencies = {"heads"};
  EXPECT_EQ(ReasonOf(MakeRevision(graph, request).status()), v1::ERROR_REASON_MULTIPLE_HEADS);
}

TEST(MakeRevisionTest, RefusesBadIdsAndLabels) {
  RevisionGraph graph = MakeGraph(kBranches);
  auto with_id = [&](absl::string_view id) {
    RevisionRequest request = Request("x");
    request.heads = {"b"};
    request.id = std::string(id);
    return Failure(MakeRevision(graph, request));
  };
  EXPECT_EQ(with_id("a-b+c"), "Character(s) '+, -' not allowed in revision identifier 'a-b+c'");
  EXPECT_EQ(with_id("head"), "'head' can't be a revision identifier");
  EXPECT_EQ(with_id(std::string(33, 'x')),
            "'" + std::string(33, 'x') + "' can't be a revision identifier");
  EXPECT_EQ(with_id("a"), "Revision a is already present, in 20240101_0007_a.sql");
  EXPECT_EQ(with_id("left"), "'left' is a branch label, declared in 02_b.sql");
  auto with_label = [&](std::vector<std::string> labels) {
    RevisionRequest request = Request("x");
    request.id = "new";
    request.heads = {"b"};
    request.labels = std::move(labels);
    return Failure(MakeRevision(graph, request));
  };
  EXPECT_EQ(with_label({"right"}),
            "Branch name 'right' in revision new already used by revision c");
  EXPECT_EQ(with_label({"x y"}), "'x y' can't be a branch label");
  EXPECT_EQ(with_label({"a"}), "'a' can't be a branch label: it is a revision's id");
  EXPECT_EQ(with_label({"new"}), "'new' can't be a branch label: it is a revision's id");
  EXPECT_EQ(with_label({"l", "l"}), "'l' can't be a branch label: it is named twice");
}

TEST(MakeRevisionTest, Messages) {
  RevisionGraph graph = MakeGraph("");
  auto message = [&](absl::string_view text) {
    return Parsed(MakeRevision(graph, Request(text))).message;
  };
  EXPECT_EQ(message("One\n\n  two \r\nthree\n\n"), "One\n\n  two\nthree");
  EXPECT_EQ(message("-- brant:upgrade"), "-- brant:upgrade");
  EXPECT_EQ(message("Gr\xC3\xBC\xC3\x9F"), "Gr\xC3\xBC\xC3\x9F");
  EXPECT_THAT(Failure(MakeRevision(graph, Request("x\nRevises: y"))), HasSubstr("'Revises: y'"));
  EXPECT_THAT(Failure(MakeRevision(graph, Request("brant:upgrade"))), HasSubstr("header"));
  EXPECT_THAT(Failure(MakeRevision(graph, Request("a\x1b[1m"))), HasSubstr("control"));
  EXPECT_THAT(Failure(MakeRevision(graph, Request("\xFF"))), HasSubstr("UTF-8"));
}

TEST(MakeRevisionTest, Sections) {
  RevisionRequest request = Request("x");
  request.sections = {{Direction::kUpgrade, {}, true, "SELECT 1;"},
                      {Direction::kUpgrade, {Dialect::kMysql, Dialect::kSqlite}, false, "S;\n"},
                      {Direction::kDowngrade, {Dialect::kSqlite}, true, ""}};
  Revision revision = Parsed(MakeRevision(MakeGraph(""), request));
  ASSERT_EQ(revision.sections.size(), 3u);
  EXPECT_EQ(revision.Body(revision.sections[0]), "SELECT 1;\n\n");
  EXPECT_THAT(revision.sections[1].dialects, ElementsAre(Dialect::kMysql, Dialect::kSqlite));
  EXPECT_FALSE(revision.sections[1].transactional);
  EXPECT_EQ(revision.Body(revision.sections[1]), "S;\n\n");
  EXPECT_EQ(revision.Body(revision.sections[2]), "");
}

TEST(MakeMergeTest, MergesHeads) {
  RevisionGraph graph = MakeGraph(kBranches);
  RevisionRequest request = Request("");
  request.heads = {"heads"};
  Revision merge = Parsed(MakeMerge(graph, request));
  EXPECT_THAT(merge.parents, ElementsAre("b", "c"));
  EXPECT_EQ(merge.message, "Merge b and c");
  request.heads = {"right", "left"};
  EXPECT_THAT(Parsed(MakeMerge(graph, request)).parents, ElementsAre("c", "b"));
  request.heads = {"a", "b"};
  EXPECT_THAT(Failure(MakeMerge(graph, request)), StartsWith("Revision a is not a head revision"));
  request.heads = {"b"};
  EXPECT_EQ(Failure(MakeMerge(graph, request)), "a merge needs two or more heads");
  request.heads = {"b", "b"};
  EXPECT_THAT(Failure(MakeMerge(graph, request)), StartsWith("Duplicate head revisions"));
}

// What `upgrade head` counts as heads must be one afterwards.
TEST(MakeMergeTest, MergesHeadsThatOthersDependOn) {
  RevisionRequest request = Request("x");
  request.heads = {"heads"};
  EXPECT_THAT(Parsed(MakeMerge(MakeGraph("a\nb : a"), request)).parents, ElementsAre("a", "b"));
}

TEST(SlugTest, Words) {
  EXPECT_EQ(Slug("Add  user's picture!"), "add_user_s_picture");
  EXPECT_EQ(Slug("first line\nsecond"), "first_line");
  EXPECT_EQ(Slug("../../etc/passwd"), "etc_passwd");
  EXPECT_EQ(Slug("\xE6\xB7\xBB\xE5\x8A\xA0"), "revision");
  EXPECT_EQ(Slug(""), "revision");
  EXPECT_EQ(Slug("one two three four five six seven eight nine ten"),
            "one_two_three_four_five_six_seven_eight");
  EXPECT_EQ(Slug(std::string(100, 'x')), std::string(40, 'x'));
}

}  // namespace
}  // namespace brant
