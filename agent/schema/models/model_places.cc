#include "agent/schema/models/model_places.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr size_t kNone = absl::string_view::npos;

bool IsWordByte(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

// Where `name` stands in `text` as a whole word.
size_t FindName(absl::string_view text, absl::string_view name) {
  for (size_t at = text.find(name); at != kNone; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    const bool begins = at == 0 || !IsWordByte(text[at - 1]);
    const bool ends = end == text.size() || !IsWordByte(text[end]);
    if (begins && ends) return at;
  }
  return kNone;
}

// The part whose name stands first; null if there is none.
const ModelPlace* FirstNamed(const std::map<std::string, ModelPlace>& parts,
                             absl::string_view text) {
  const ModelPlace* first = nullptr;
  size_t first_at = kNone;
  for (const auto& [name, place] : parts) {
    const size_t at = FindName(text, name);
    if (at < first_at) {
      first_at = at;
      first = &place;
    }
  }
  return first;
}

// What stands between quotes, of any kind: names, or what was written.
std::vector<absl::string_view> QuotedIn(absl::string_view message) {
  std::vector<absl::string_view> quoted;
  for (size_t at = 0; at < message.size(); ++at) {
    const bool opens = absl::StrContains("'\"`[", message[at]);
    // `can't`
    if (!opens || (at > 0 && IsWordByte(message[at - 1]))) continue;
    const size_t end = message.find(message[at] == '[' ? ']' : message[at], at + 1);
    if (end == kNone) break;
    quoted.push_back(message.substr(at + 1, end - at - 1));
    at = end;
  }
  return quoted;
}

// As SchemaDriver::Render begins lines.
bool BeginsStatement(absl::string_view line) {
  return absl::c_any_of(std::vector<absl::string_view>{"CREATE ", "ALTER ", "COMMENT "},
                        [line](absl::string_view word) { return absl::StartsWith(line, word); });
}

bool BeginsPart(absl::string_view line) {
  return line.size() > 2 && absl::StartsWith(line, "  ") && line[2] != ' ';
}

}  // namespace

void ModelPlaces::Add(const ObjectName& object, ModelPlace place) {
  objects_.emplace(object, Object{std::move(place), {}});
}

void ModelPlaces::AddPart(const ObjectName& table, const std::string& part, ModelPlace place) {
  objects_[table].parts.emplace(part, std::move(place));
}

const ModelPlace& ModelPlaces::Of(const ObjectName& object) const {
  return objects_.at(object).place;
}

absl::Status ModelPlaces::Explain(const absl::Status& error, absl::string_view sql) const {
  int line = 0;
  if (!absl::SimpleAtoi(ErrorDetail(error, "line"), &line)) return error;
  const std::string of_server = ErrorDetail(error, "database_message");
  const std::string message = of_server.empty() ? std::string(error.message()) : of_server;
  const ModelPlace* place = Find(sql, line, message);
  if (place == nullptr) return error;
  Error result(ReasonOf(error), absl::StrCat("the database refuses ", place->what, ": ", message));
  result.At(place->file, place->line)
      .Statement(ErrorDetail(error, "statement"))
      .Database(ErrorDetail(error, "database_code"), of_server)
      .Hint(
          "mend it in the models: SQL in options is PostgreSQL's, and is translated for other "
          "databases");
  return result;
}

const ModelPlace* ModelPlaces::Find(absl::string_view sql, int line,
                                    absl::string_view message) const {
  const std::vector<absl::string_view> lines = absl::StrSplit(sql, '\n');
  if (line < 1 || static_cast<size_t>(line) > lines.size()) return nullptr;
  const size_t at = static_cast<size_t>(line) - 1;
  size_t begin = at;
  while (begin > 0 && !BeginsStatement(lines[begin])) --begin;
  const Object* object = FindObject(lines[begin]);
  if (object == nullptr) return nullptr;
  const ModelPlace* part = nullptr;
  if (!absl::StartsWith(lines[begin], "CREATE TABLE ")) {
    part = FirstNamed(object->parts, lines[begin]);
  } else if (at > begin) {
    part = PartAt(*object, lines, at);
  } else {
    part = PartInMessage(*object, lines, begin, message);
  }
  return part != nullptr ? part : &object->place;
}

const ModelPlace* ModelPlaces::PartAt(const Object& object,
                                      const std::vector<absl::string_view>& lines, size_t at) {
  // An expression may have lines of its own.
  for (; !BeginsStatement(lines[at]); --at) {
    const ModelPlace* part = BeginsPart(lines[at]) ? FirstNamed(object.parts, lines[at]) : nullptr;
    if (part != nullptr || at == 0) return part;
  }
  return nullptr;
}

const ModelPlace* ModelPlaces::PartInMessage(const Object& object,
                                             const std::vector<absl::string_view>& lines,
                                             size_t begin, absl::string_view message) {
  for (absl::string_view quoted : QuotedIn(message)) {
    const auto found = object.parts.find(std::string(quoted));
    if (found != object.parts.end()) return &found->second;
  }
  // Something that the models say may be wrong.
  for (absl::string_view quoted : QuotedIn(message)) {
    if (quoted.empty() || FindName(lines[begin], quoted) != kNone) continue;
    for (size_t at = begin + 1; at < lines.size() && !BeginsStatement(lines[at]); ++at) {
      if (FindName(lines[at], quoted) != kNone) return PartAt(object, lines, at);
    }
  }
  return nullptr;
}

const ModelPlaces::Object* ModelPlaces::FindObject(absl::string_view line) const {
  const Object* first = nullptr;
  size_t first_at = kNone;
  for (const auto& [name, object] : objects_) {
    // Where there are no schemas, theirs is a part of the name.
    for (const std::string& written : {name.name, absl::StrCat(name.schema, "_", name.name)}) {
      const size_t at = FindName(line, written);
      if (at < first_at) {
        first_at = at;
        first = &object;
      }
    }
  }
  return first;
}

}  // namespace brant
