#include "agent/revisions/revision.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kFile = "20241031_0001_add.sql";

constexpr absl::string_view kComplete = R"(-- Add user profile picture column
--
-- Two lines more,
--   indented.
--
-- Revision ID: 4f1c2a9be3d7
-- Revises: 8a5d31c0f2b6, 77aa01b2c3d4
-- Branch Labels: accounts, my-label
-- Depends On: billing,99aa
-- Create Date: 2024-10-31 09:15:00+00:00

-- brant:upgrade
ALTER TABLE users ADD COLUMN picture TEXT;

-- brant:upgrade mysql, sqlite transaction:off
ALTER TABLE users ADD COLUMN image TEXT;
-- brant:downgrade
)";

Revision Parse(absl::string_view text) {
  absl::StatusOr<Revision> revision = ParseRevision(kFile, std::string(text));
  EXPECT_TRUE(revision.ok()) << DescribeError(revision.status());
  return revision.ok() ? *std::move(revision) : Revision();
}

// "line:column message"; the error must be INVALID_FILE, name the file, and say
// what to do.
std::string ParseError(absl::string_view text) {
  absl::Status status = ParseRevision(kFile, std::string(text)).status();
  EXPECT_FALSE(status.ok()) << text;
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_FILE);
  EXPECT_EQ(ErrorDetail(status, "file"), kFile);
  EXPECT_NE(ErrorDetail(status, "hint"), "");
  return absl::StrCat(ErrorDetail(status, "line"), ":", ErrorDetail(status, "column"), " ",
                      status.message());
}

TEST(ParseRevisionTest, ReadsEveryField) {
  Revision revision = Parse(kComplete);
  EXPECT_EQ(revision.id, "4f1c2a9be3d7");
  EXPECT_EQ(revision.message, "Add user profile picture column\n\nTwo lines more,\n  indented.");
  EXPECT_EQ(revision.Title(), "Add user profile picture column");
  EXPECT_THAT(revision.parents, ElementsAre("8a5d31c0f2b6", "77aa01b2c3d4"));
  EXPECT_THAT(revision.labels, ElementsAre("accounts", "my-label"));
  EXPECT_THAT(revision.dependencies, ElementsAre("billing", "99aa"));
  EXPECT_EQ(revision.create_date, "2024-10-31 09:15:00+00:00");
  EXPECT_EQ(revision.file, kFile);
  EXPECT_EQ(revision.text, kComplete);
  EXPECT_EQ(revision.id_line, 6);
  EXPECT_EQ(revision.revises_line, 7);
  EXPECT_EQ(revision.labels_line, 8);
  EXPECT_EQ(revision.depends_line, 9);
}

TEST(ParseRevisionTest, CutsSections) {
  Revision revision = Parse(kComplete);
  ASSERT_EQ(revision.sections.size(), 3u);
  const Section& general = revision.sections[0];
  EXPECT_EQ(general.direction, Direction::kUpgrade);
  EXPECT_THAT(general.dialects, IsEmpty());
  EXPECT_TRUE(general.transactional);
  EXPECT_EQ(general.line, 13);
  EXPECT_EQ(revision.Body(general), "ALTER TABLE users ADD COLUMN picture TEXT;\n\n");
  const Section& special = revision.sections[1];
  EXPECT_THAT(special.dialects, ElementsAre(Dialect::kMysql, Dialect::kSqlite));
  EXPECT_FALSE(special.transactional);
  EXPECT_EQ(revision.Body(special), "ALTER TABLE users ADD COLUMN image TEXT;\n");
  EXPECT_EQ(revision.Body(revision.sections[2]), "");
}

TEST(ParseRevisionTest, FindsTheSectionOfADialect) {
  Revision revision = Parse(kComplete);
  EXPECT_EQ(revision.FindSection(Direction::kUpgrade, Dialect::kPostgresql), &revision.sections[0]);
  EXPECT_EQ(revision.FindSection(Direction::kUpgrade, Dialect::kSqlite), &revision.sections[1]);
  EXPECT_EQ(revision.FindSection(Direction::kDowngrade, Dialect::kMysql), &revision.sections[2]);
  Revision only_sqlite = Parse("-- Revision ID: a\n-- brant:upgrade sqlite\n");
  EXPECT_EQ(only_sqlite.FindSection(Direction::kUpgrade, Dialect::kMysql), nullptr);
  EXPECT_EQ(only_sqlite.FindSection(Direction::kDowngrade, Dialect::kSqlite), nullptr);
}

TEST(ParseRevisionTest, SmallestFile) {
  Revision revision = Parse("--Revision id:x\n-- brant:upgrade");
  EXPECT_EQ(revision.id, "x");
  EXPECT_EQ(revision.message, "");
  EXPECT_EQ(revision.Body(revision.sections[0]), "");
}

TEST(ParseRevisionTest, LineEndingsAndByteOrderMarkDoNotChangeTheChecksum) {
  Revision plain = Parse(kComplete);
  std::string windows =
      absl::StrCat("\xEF\xBB\xBF", absl::StrReplaceAll(kComplete, {{"\n", "\r\n"}}));
  Revision other = Parse(windows);
  EXPECT_EQ(other.checksum, plain.checksum);
  EXPECT_EQ(other.checksum, FileChecksum(windows));
  EXPECT_EQ(other.id, plain.id);
  EXPECT_EQ(other.message, plain.message);
  EXPECT_EQ(other.parents, plain.parents);
  // What runs are the file's own bytes.
  EXPECT_EQ(other.Body(other.sections[1]), "ALTER TABLE users ADD COLUMN image TEXT;\r\n");
  EXPECT_EQ(plain.checksum.size(), 64u);
  EXPECT_EQ(FileChecksum(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ParseRevisionTest, LastLineNeedsNoNewline) {
  Revision revision = Parse("-- Revision ID: a\n-- brant:upgrade\nSELECT 1");
  EXPECT_EQ(revision.Body(revision.sections[0]), "SELECT 1");
}

TEST(ParseRevisionTest, MarkersCountAtTheStartOfALineOnly) {
  Revision revision = Parse(
      "-- Revision ID: a\n-- brant:upgrade\nSELECT $$\n  -- brant:downgrade\n$$; -- brant:x\n");
  ASSERT_EQ(revision.sections.size(), 1u);
  EXPECT_EQ(revision.Body(revision.sections[0]),
            "SELECT $$\n  -- brant:downgrade\n$$; -- brant:x\n");
}

TEST(ParseRevisionTest, FieldsInsideSectionsAreText) {
  Revision revision = Parse("-- Revision ID: a\n-- brant:upgrade\n-- Revision ID: b\n-- Foo: c\n");
  EXPECT_EQ(revision.id, "a");
}

TEST(ParseRevisionTest, TextLikeAFieldIsMessageAboveTheFields) {
  Revision revision =
      Parse("-- Ticket: 17\n-- Revision ID: a\n-- plain remark\n-- brant:upgrade\n");
  EXPECT_EQ(revision.message, "Ticket: 17");
}

TEST(ParseRevisionTest, RefusesBadHeaders) {
  EXPECT_EQ(ParseError(""), "1:1 the header has no 'Revision ID'");
  EXPECT_EQ(ParseError("-- brant:upgrade\n"), "1:1 the header has no 'Revision ID'");
  EXPECT_EQ(ParseError("-- m\n-- Revision ID: a-b\n"), "2:17 'a-b' is no valid revision id");
  EXPECT_EQ(ParseError("-- Revision ID:\n"), "1:16 the revision id is empty");
  EXPECT_EQ(ParseError("-- Revision ID: head\n"), "1:17 'head' can't be a revision id");
  EXPECT_EQ(ParseError(absl::StrCat("-- Revision ID: ", std::string(33, 'a'), "\n")),
            absl::StrCat("1:17 '", std::string(33, 'a'), "' is no valid revision id"));
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Revises: b c\n"),
            "2:13 'b c' is no valid revision id");
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Revises: b,,c\n"), "2:15 the revision id is empty");
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Revises: b, b\n"), "2:16 'b' is named twice");
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Branch Labels: x@y\n"),
            "2:19 'x@y' is no valid branch label");
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Branch Labels: base\n"),
            "2:19 'base' can't be a branch label");
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Revision ID: b\n"),
            "2:4 the header field 'Revision ID' appears twice; the first is on line 1");
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- Depend On: b\n-- brant:upgrade\n"),
            "2:4 unknown header field 'Depend On'");
  EXPECT_EQ(ParseError("-- \xC3\xA9\n  CREATE TABLE t(i INT);\n"),
            "2:3 there is text before the first section marker");
  EXPECT_EQ(ParseError("-- Revision ID: a\n/* x */\n"),
            "2:1 there is text before the first section marker");
}

TEST(ParseRevisionTest, RefusesBadSections) {
  constexpr absl::string_view kHeader = "-- Revision ID: a\n";
  auto error = [&](absl::string_view rest) { return ParseError(absl::StrCat(kHeader, rest)); };
  EXPECT_EQ(error("\n"), "2:1 there is no upgrade section");
  EXPECT_EQ(error("-- brant:downgrade\n"), "2:1 there is no upgrade section");
  EXPECT_EQ(error("-- brant:upgarde\n"), "2:10 unknown section 'upgarde'");
  EXPECT_EQ(error("-- brant: upgrade\n"), "2:10 unknown section ''");
  EXPECT_EQ(error("-- brant:upgrade oracle\n"), "2:18 unknown dialect 'oracle'");
  EXPECT_EQ(error("-- brant:upgrade sqlite,mariadb\n"), "2:25 unknown dialect 'mariadb'");
  EXPECT_EQ(error("-- brant:upgrade transaction:on\n"), "2:18 unknown option 'transaction:on'");
  EXPECT_EQ(error("-- brant:upgrade mysql,mysql\n"), "2:24 the dialect 'mysql' is named twice");
  EXPECT_EQ(error("-- brant:upgrade\n-- brant:upgrade transaction:off\n"),
            "3:1 a second upgrade section; the first is on line 2");
  EXPECT_EQ(error("-- brant:upgrade mysql,sqlite\n\n-- brant:upgrade sqlite\n"),
            "4:1 a second upgrade section for sqlite; the first is on line 2");
}

TEST(ParseRevisionTest, RefusesWhatIsAlmostAMarker) {
  for (absl::string_view line :
       {"--brant:downgrade", "--  brant:downgrade", "-- Brant:downgrade", "-- brant :downgrade"}) {
    EXPECT_EQ(ParseError(absl::StrCat("-- Revision ID: a\n-- brant:upgrade\n", line, "\n")),
              absl::StrCat("3:1 '", line, "' is almost a section marker"));
  }
  EXPECT_EQ(ParseError("-- Revision ID: a\n  -- brant:upgrade\n"),
            "2:3 '-- brant:upgrade' is almost a section marker");
}

TEST(ParseRevisionTest, RefusesBadBytes) {
  EXPECT_EQ(ParseError("-- Revision ID: a\n-- \xC3\xA9 \xFF\n"), "2:6 the file is not valid UTF-8");
  using std::string_literals::operator""s;
  EXPECT_EQ(ParseError("-- a\n-- b\0\n"s), "2:5 the file holds a NUL byte");
  // Overlong, surrogate, above U+10FFFF, cut off.
  for (absl::string_view bytes : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_EQ(ParseError(bytes), "1:1 the file is not valid UTF-8");
  }
  EXPECT_THAT(ErrorDetail(ParseRevision(kFile, std::string("\xFF\xFE-\0", 4)).status(), "hint"),
              HasSubstr("UTF-8"));
}

TEST(NamesTest, IdsAndLabels) {
  EXPECT_TRUE(IsRevisionId("a_B9"));
  EXPECT_TRUE(IsRevisionId(std::string(32, 'f')));
  EXPECT_FALSE(IsRevisionId(std::string(33, 'f')));
  EXPECT_FALSE(IsRevisionId(""));
  EXPECT_FALSE(IsRevisionId("a-b"));
  EXPECT_TRUE(IsLabel("a-b_C1"));
  EXPECT_FALSE(IsLabel(""));
  EXPECT_FALSE(IsLabel("a b"));
  EXPECT_FALSE(IsLabel("\xC3\xA9"));
  EXPECT_TRUE(IsHeaderSyntax("Revises: x"));
  EXPECT_TRUE(IsHeaderSyntax("brant:upgrade"));
  EXPECT_FALSE(IsHeaderSyntax("brant is a goose: yes"));
}

}  // namespace
}  // namespace brant
