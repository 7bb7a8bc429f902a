#include "agent/database/postgresql/statement_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace brant {
namespace {

using Kind = PostgresqlTokenKind;

std::string Quote(absl::string_view name) {
  return absl::StrCat("\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
}

// To what the catalogue has room for, at the beginning of a character.
std::string ShortenName(std::string name) {
  constexpr size_t kLongest = 63;
  if (name.size() <= kLongest) return name;
  size_t size = kLongest;
  while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
  name.resize(size);
  return name;
}

}  // namespace

std::string PostgresqlName::Quoted() const {
  return schema.empty() ? Quote(name) : absl::StrCat(Quote(schema), ".", Quote(name));
}

std::optional<std::string> PostgresqlIdentifier(const PostgresqlToken& token) {
  if (token.kind == Kind::kWord) return ShortenName(absl::AsciiStrToLower(token.text));
  if (token.text.size() < 3 || token.text.front() != '"' || token.text.back() != '"') {
    return std::nullopt;
  }
  return ShortenName(
      absl::StrReplaceAll(token.text.substr(1, token.text.size() - 2), {{"\"\"", "\""}}));
}

StatementReader::StatementReader(absl::string_view text) : rest_(text) { SkipBlanks(); }

void StatementReader::SkipBlanks() {
  next_ = FirstPostgresqlToken(rest_);
  while (next_.kind == Kind::kBlank) {
    rest_.remove_prefix(next_.text.size());
    next_ = FirstPostgresqlToken(rest_);
  }
}

void StatementReader::Advance() {
  rest_.remove_prefix(next_.text.size());
  SkipBlanks();
}

bool StatementReader::Is(absl::string_view word) const {
  return next_.kind != Kind::kQuoted && absl::EqualsIgnoreCase(next_.text, word) && !AtEnd();
}

bool StatementReader::IsAny(std::initializer_list<absl::string_view> words) const {
  return std::any_of(words.begin(), words.end(), [this](absl::string_view w) { return Is(w); });
}

bool StatementReader::Skip(absl::string_view word) {
  if (!Is(word)) return false;
  Advance();
  return true;
}

bool StatementReader::Skip(std::initializer_list<absl::string_view> words) {
  StatementReader ahead = *this;
  for (absl::string_view word : words) {
    if (!ahead.Skip(word)) return false;
  }
  *this = ahead;
  return true;
}

bool StatementReader::HasAny(std::initializer_list<absl::string_view> words) const {
  for (StatementReader ahead = *this; !ahead.AtEnd(); ahead.Advance()) {
    if (ahead.IsAny(words)) return true;
  }
  return false;
}

std::optional<std::string> StatementReader::ReadPart() {
  // U&"…", with escapes: not read.
  if (Is("u") && absl::StartsWith(rest_.substr(1), "&\"")) return std::nullopt;
  std::optional<std::string> part = PostgresqlIdentifier(next_);
  if (part.has_value()) Advance();
  return part;
}

std::optional<PostgresqlName> StatementReader::ReadName() {
  std::optional<std::string> name = ReadPart();
  if (!name.has_value()) return std::nullopt;
  if (!Skip(".")) return PostgresqlName{"", *std::move(name)};
  std::optional<std::string> second = ReadPart();
  if (!second.has_value()) return std::nullopt;
  return PostgresqlName{*std::move(name), *std::move(second)};
}

}  // namespace brant
