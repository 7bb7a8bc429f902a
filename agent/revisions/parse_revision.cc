#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/revisions/revision.h"
#include "agent/revisions/utf8.h"

namespace brant {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr absl::string_view kMarker = "-- brant:";

enum class Field { kRevisionId, kRevises, kBranchLabels, kDependsOn, kCreateDate };

constexpr std::array<std::pair<absl::string_view, Field>, 5> kFields = {{
    {"Revision ID", Field::kRevisionId},
    {"Revises", Field::kRevises},
    {"Branch Labels", Field::kBranchLabels},
    {"Depends On", Field::kDependsOn},
    {"Create Date", Field::kCreateDate},
}};

// `Name: value`, as far as the name is one of kFields.
std::optional<std::pair<Field, absl::string_view>> SplitField(absl::string_view comment) {
  size_t colon = comment.find(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  absl::string_view name = absl::StripAsciiWhitespace(comment.substr(0, colon));
  for (const auto& [known, field] : kFields) {
    if (absl::EqualsIgnoreCase(name, known)) {
      return std::make_pair(field, absl::StripAsciiWhitespace(comment.substr(colon + 1)));
    }
  }
  return std::nullopt;
}

// `Word: …` or `Two Words: …`: what a misspelt field looks like.
bool LooksLikeField(absl::string_view comment) {
  size_t colon = comment.find(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  if (colon + 1 < comment.size() && comment[colon + 1] != ' ') return false;
  absl::string_view name = comment.substr(0, colon);
  return std::count(name.begin(), name.end(), ' ') <= 1 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return absl::ascii_isalpha(c) || c == ' '; });
}

// A comment that begins with `brant:`, however it is written.
bool LooksLikeMarker(absl::string_view comment) {
  constexpr absl::string_view kName = "brant";
  comment = absl::StripLeadingAsciiWhitespace(comment);
  if (!absl::StartsWithIgnoreCase(comment, kName)) return false;
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(comment.substr(kName.size())), ":");
}

// The text of a `--` comment without the dashes, one space and trailing blanks;
// nothing if the line is no comment.
std::optional<absl::string_view> CommentText(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "--")) return std::nullopt;
  absl::ConsumePrefix(&line, " ");
  return line;
}

class Parser {
 public:
  Parser(absl::string_view file, std::string bytes) {
    revision_.file = std::string(file);
    revision_.text = std::move(bytes);
    if (absl::StartsWith(revision_.text, kByteOrderMark)) {
      revision_.text.erase(0, kByteOrderMark.size());
    }
    revision_.checksum = FileChecksum(revision_.text);
  }

  absl::StatusOr<Revision> Parse() {
    BRANT_RETURN_IF_ERROR(CheckEncoding());
    absl::string_view text = revision_.text;
    for (size_t start = 0; start < text.size();) {
      size_t end = text.find('\n', start);
      size_t next = end == absl::string_view::npos ? text.size() : end + 1;
      absl::string_view line = text.substr(start, next - start);
      absl::ConsumeSuffix(&line, "\n");
      absl::ConsumeSuffix(&line, "\r");
      ++line_number_;
      BRANT_RETURN_IF_ERROR(TakeLine(line, start, next));
      start = next;
    }
    CloseSection(text.size());
    BRANT_RETURN_IF_ERROR(CheckComplete());
    revision_.message = std::string(absl::StripAsciiWhitespace(absl::StrJoin(message_, "\n")));
    return std::move(revision_);
  }

 private:
  // An error on the current line, at the piece `where` of `line`.
  Error ErrorAt(absl::string_view message, absl::string_view line, absl::string_view where) const {
    return ErrorAtLine(message, line_number_,
                       CountCharacters(line.substr(0, where.data() - line.data())) + 1);
  }

  Error ErrorAtLine(absl::string_view message, int line, int column = 1) const {
    return Error(v1::ERROR_REASON_INVALID_FILE, message).At(revision_.file, line, column);
  }

  absl::Status CheckEncoding() const {
    absl::string_view text = revision_.text;
    std::optional<size_t> invalid = FindInvalidUtf8(text);
    size_t nul = text.find('\0');
    if (!invalid.has_value() && nul == absl::string_view::npos) return absl::OkStatus();
    bool is_nul = nul < invalid.value_or(text.size());
    size_t at = is_nul ? nul : *invalid;
    absl::string_view before = text.substr(0, at);
    int line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
    size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
    int column = CountCharacters(before.substr(line_start)) + 1;
    return ErrorAtLine(is_nul ? "the file holds a NUL byte" : "the file is not valid UTF-8", line,
                       column)
        .Hint(is_nul ? "remove the byte; if the file is UTF-16, save it as UTF-8"
                     : "save the file as UTF-8");
  }

  absl::Status TakeLine(absl::string_view line, size_t start, size_t next) {
    if (absl::StartsWith(line, kMarker)) {
      CloseSection(start);
      return OpenSection(line, next);
    }
    std::optional<absl::string_view> comment = CommentText(line);
    // Inside a section an indented line is the section's own text.
    bool at_margin = in_header_ || absl::StartsWith(line, "--");
    if (comment.has_value() && at_margin && LooksLikeMarker(*comment)) {
      return ErrorAt(absl::StrCat("'", absl::StripAsciiWhitespace(line),
                                  "' is almost a section marker"),
                     line, absl::StripAsciiWhitespace(line))
          .Hint("write `-- brant:` at the start of the line, with one space and in lower case");
    }
    return in_header_ ? TakeHeaderLine(line, comment) : absl::OkStatus();
  }

  absl::Status TakeHeaderLine(absl::string_view line, std::optional<absl::string_view> comment) {
    absl::string_view content = absl::StripAsciiWhitespace(line);
    if (!comment.has_value()) {
      if (content.empty()) {
        if (!seen_field_) message_.push_back("");
        return absl::OkStatus();
      }
      return ErrorAt("there is text before the first section marker", line, content)
          .Hint(
              "put a line `-- brant:upgrade` above the statements; "
              "only `--` comments may stand before it");
    }
    if (auto field = SplitField(*comment); field.has_value()) {
      seen_field_ = true;
      return TakeField(line, field->first, field->second);
    }
    if (!seen_field_) {
      message_.push_back(*comment);
    } else if (LooksLikeField(*comment)) {
      return ErrorAt(absl::StrCat("unknown header field '", comment->substr(0, comment->find(':')),
                                  "'"),
                     line, *comment)
          .Hint(
              "the fields are Revision ID, Revises, Branch Labels, Depends On and Create Date; "
              "other text belongs above them, into the message");
    }
    return absl::OkStatus();
  }

  absl::Status TakeField(absl::string_view line, Field field, absl::string_view value) {
    int& seen = field_lines_[static_cast<size_t>(field)];
    if (seen != 0) {
      return ErrorAt(absl::StrCat("the header field '", kFields[static_cast<size_t>(field)].first,
                                  "' appears twice; the first is on line ", seen),
                     line, *CommentText(line))
          .Hint("keep one of them; several values are separated by commas");
    }
    seen = line_number_;
    switch (field) {
      case Field::kRevisionId:
        revision_.id_line = line_number_;
        revision_.id = std::string(value);
        return CheckName(line, value, /*allow_label=*/false, "revision id");
      case Field::kRevises:
        revision_.revises_line = line_number_;
        return TakeList(line, value, /*allow_label=*/false, "revision id", revision_.parents);
      case Field::kBranchLabels:
        revision_.labels_line = line_number_;
        return TakeList(line, value, /*allow_label=*/true, "branch label", revision_.labels);
      case Field::kDependsOn:
        revision_.depends_line = line_number_;
        return TakeList(line, value, /*allow_label=*/true, "revision id or label",
                        revision_.dependencies);
      case Field::kCreateDate:
        revision_.create_date = std::string(value);
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::Status CheckName(absl::string_view line, absl::string_view name, bool allow_label,
                         absl::string_view what) const {
    if (IsReservedName(name)) {
      return ErrorAt(absl::StrCat("'", name, "' can't be a ", what), line, name)
          .Hint("head, heads, base and current have a meaning of their own");
    }
    if (allow_label ? IsLabel(name) : IsRevisionId(name)) return absl::OkStatus();
    return ErrorAt(name.empty() ? absl::StrCat("the ", what, " is empty")
                                : absl::StrCat("'", name, "' is no valid ", what),
                   line, name)
        .Hint(allow_label ? "letters, digits, underscores and dashes; a comma between two"
                          : "1 to 32 letters, digits or underscores; a comma between two");
  }

  absl::Status TakeList(absl::string_view line, absl::string_view value, bool allow_label,
                        absl::string_view what, std::vector<std::string>& out) const {
    if (value.empty()) return absl::OkStatus();
    absl::flat_hash_set<absl::string_view> seen;
    for (absl::string_view piece : absl::StrSplit(value, ',')) {
      absl::string_view name = absl::StripAsciiWhitespace(piece);
      BRANT_RETURN_IF_ERROR(CheckName(line, name, allow_label, what));
      if (!seen.insert(name).second) {
        return ErrorAt(absl::StrCat("'", name, "' is named twice"), line, name)
            .Hint("remove one of the two");
      }
      out.emplace_back(name);
    }
    return absl::OkStatus();
  }

  absl::Status OpenSection(absl::string_view line, size_t body_start) {
    in_header_ = false;
    Section section;
    section.offset = body_start;
    section.line = line_number_ + 1;
    absl::string_view rest = line.substr(kMarker.size());
    absl::string_view name = rest.substr(0, rest.find_first_of(" \t"));
    if (name == "downgrade") {
      section.direction = Direction::kDowngrade;
    } else if (name != "upgrade") {
      return ErrorAt(absl::StrCat("unknown section '", name, "'"), line, name)
          .Hint("a section is `-- brant:upgrade` or `-- brant:downgrade`");
    }
    for (absl::string_view word :
         absl::StrSplit(rest.substr(name.size()), absl::ByAnyChar(" \t,"), absl::SkipEmpty())) {
      BRANT_RETURN_IF_ERROR(TakeSectionWord(line, word, section));
    }
    BRANT_RETURN_IF_ERROR(CheckNotServed(line, section));
    revision_.sections.push_back(std::move(section));
    section_open_ = true;
    return absl::OkStatus();
  }

  absl::Status TakeSectionWord(absl::string_view line, absl::string_view word, Section& section) {
    if (word == "transaction:off") {
      section.transactional = false;
      return absl::OkStatus();
    }
    if (word.find_first_of(":=") != absl::string_view::npos) {
      return ErrorAt(absl::StrCat("unknown option '", word, "'"), line, word)
          .Hint("the only option is transaction:off");
    }
    std::optional<Dialect> dialect = DialectFromName(word);
    if (!dialect.has_value()) {
      return ErrorAt(absl::StrCat("unknown dialect '", word, "'"), line, word)
          .Hint("the dialects are postgresql, sqlite and mysql (which is MariaDB too)");
    }
    if (std::find(section.dialects.begin(), section.dialects.end(), *dialect) !=
        section.dialects.end()) {
      return ErrorAt(absl::StrCat("the dialect '", word, "' is named twice"), line, word)
          .Hint("remove one of the two");
    }
    section.dialects.push_back(*dialect);
    return absl::OkStatus();
  }

  // An error if a section before serves one of the same dialects explicitly.
  absl::Status CheckNotServed(absl::string_view line, const Section& section) const {
    for (const Section& other : revision_.sections) {
      if (other.direction != section.direction) continue;
      bool same = section.dialects.empty() && other.dialects.empty();
      absl::string_view dialect;
      for (Dialect one : section.dialects) {
        if (std::find(other.dialects.begin(), other.dialects.end(), one) == other.dialects.end()) {
          continue;
        }
        same = true;
        dialect = DialectName(one);
      }
      if (!same) continue;
      return ErrorAt(absl::StrCat("a second ", DirectionName(section.direction), " section",
                                  dialect.empty() ? "" : " for ", dialect,
                                  "; the first is on line ", other.line - 1),
                     line, line)
          .Hint("put the statements into one section, or name different dialects");
    }
    return absl::OkStatus();
  }

  void CloseSection(size_t end) {
    if (!section_open_) return;
    Section& section = revision_.sections.back();
    section.size = end - section.offset;
    section_open_ = false;
  }

  absl::Status CheckComplete() const {
    if (revision_.id_line == 0) {
      return ErrorAtLine("the header has no 'Revision ID'", 1)
          .Hint(
              "add a line such as `-- Revision ID: 4f1c2a9be3d7`; "
              "`brant revision` makes a file with a complete header");
    }
    for (const Section& section : revision_.sections) {
      if (section.direction == Direction::kUpgrade) return absl::OkStatus();
    }
    return ErrorAtLine("there is no upgrade section", std::max(1, line_number_))
        .Hint("add a line `-- brant:upgrade`; a revision that does nothing has an empty one");
  }

  Revision revision_;
  int line_number_ = 0;
  bool in_header_ = true;
  bool seen_field_ = false;
  bool section_open_ = false;
  std::array<int, kFields.size()> field_lines_ = {};
  std::vector<absl::string_view> message_;
};

}  // namespace

std::string FileChecksum(absl::string_view bytes) {
  absl::ConsumePrefix(&bytes, kByteOrderMark);
  if (!absl::StrContains(bytes, "\r\n")) return Sha256Hex(bytes);
  return Sha256Hex(absl::StrReplaceAll(bytes, {{"\r\n", "\n"}}));
}

bool IsHeaderSyntax(absl::string_view line) {
  return SplitField(line).has_value() || LooksLikeMarker(line);
}

absl::StatusOr<Revision> ParseRevision(absl::string_view file, std::string bytes) {
  return Parser(file, std::move(bytes)).Parse();
}

}  // namespace brant
