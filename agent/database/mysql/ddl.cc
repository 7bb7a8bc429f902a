#include "agent/database/mysql/ddl.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

using Trace = Ddl::Trace;

// The kinds of objects that SHOW CREATE knows, as statements name them.
struct Kind {
  absl::string_view word;
  absl::string_view object;
  bool holds_data;
};
constexpr std::array<Kind, 11> kKinds = {{{"table", "TABLE", true},
                                          {"tables", "TABLE", true},
                                          {"sequence", "TABLE", true},
                                          {"view", "TABLE", false},
                                          {"trigger", "TRIGGER", false},
                                          {"procedure", "PROCEDURE", false},
                                          {"function", "FUNCTION", false},
                                          {"event", "EVENT", false},
                                          {"package", "PACKAGE", false},
                                          {"database", "DATABASE", true},
                                          {"schema", "DATABASE", true}}};

Ddl Make(Trace trace, absl::string_view object, std::vector<std::string> names) {
  const bool readable =
      std::none_of(names.begin(), names.end(), [](const std::string& n) { return n.empty(); });
  if (!readable) return Ddl();
  return Ddl{trace, object, std::move(names)};
}
Ddl Repeatable() { return Ddl{Trace::kRepeatable}; }

// Between CREATE or ALTER and the kind of the object.
void SkipAttributes(TokenReader& reader) {
  while (true) {
    if (reader.ConsumeAnyWord({"aggregate", "unique", "fulltext", "spatial", "online", "ignore",
                               "sql", "security"})) {
      continue;
    }
    // SECURITY's DEFINER and INVOKER, or DEFINER = user.
    if (reader.ConsumeWord("invoker")) continue;
    if (reader.ConsumeAnyWord({"definer", "algorithm"})) {
      if (!reader.ConsumeSymbol('=')) continue;
      reader.TakeLower();
      if (reader.ConsumeSymbol('@')) reader.TakeLower();
      if (reader.ConsumeSymbol('(')) reader.ConsumeSymbol(')');
      continue;
    }
    return;
  }
}

bool ConsumeIfExists(TokenReader& reader) {
  if (!reader.ConsumeWord("if")) return false;
  reader.ConsumeWord("not");
  return reader.ConsumeWord("exists");
}

bool HasAnyWord(TokenReader reader, std::initializer_list<absl::string_view> words) {
  for (; !reader.AtEnd(); reader.Advance()) {
    for (absl::string_view word : words) {
      if (reader.IsWord(word)) return true;
    }
  }
  return false;
}

const Kind* ConsumeKind(TokenReader& reader) {
  for (const Kind& kind : kKinds) {
    if (reader.ConsumeWord(kind.word)) return &kind;
  }
  return nullptr;
}

absl::string_view ObjectOf(const Kind& kind, TokenReader& reader) {
  return kind.word == "package" && reader.ConsumeWord("body") ? "PACKAGE BODY" : kind.object;
}

// … INDEX name … ON table.
Ddl ReadIndex(TokenReader& reader) {
  while (!reader.AtEnd() && !reader.IsWord("on")) reader.Advance();
  reader.ConsumeWord("on");
  return Make(Trace::kDefinition, "TABLE", {reader.ConsumeName()});
}

Ddl ReadCreate(TokenReader& reader) {
  const bool replaces = reader.ConsumeWord("or");
  if (replaces) reader.ConsumeWord("replace");
  SkipAttributes(reader);
  if (reader.ConsumeWord("index")) return ReadIndex(reader);
  if (reader.ConsumeAnyWord({"user", "role"})) {
    return replaces || ConsumeIfExists(reader) ? Repeatable() : Ddl();
  }
  const Kind* kind = ConsumeKind(reader);
  if (kind == nullptr) return Ddl();
  const absl::string_view object = ObjectOf(*kind, reader);
  if (ConsumeIfExists(reader)) return Repeatable();
  std::string name = reader.ConsumeName();
  // A function of a library is not shown.
  if (object == "FUNCTION" && HasAnyWord(reader, {"soname"})) return Ddl();
  if (!replaces) return Make(Trace::kExistence, object, {std::move(name)});
  if (!kind->holds_data) return Repeatable();
  return object == "TABLE" ? Make(Trace::kStorage, object, {std::move(name)}) : Ddl();
}

Ddl ReadAlterTable(TokenReader& reader) {
  ConsumeIfExists(reader);
  std::string name = reader.ConsumeName();
  // What moves rows without changing a definition.
  for (TokenReader rest = reader; !rest.AtEnd();) {
    if (!rest.ConsumeAnyWord({"exchange", "truncate", "discard", "import"})) {
      rest.Advance();
    } else if (rest.IsWord("partition") || rest.IsWord("tablespace")) {
      return Ddl();
    }
  }
  return Make(Trace::kDefinition, "TABLE", {std::move(name)});
}

Ddl ReadAlter(TokenReader& reader) {
  SkipAttributes(reader);
  if (reader.ConsumeWord("user")) {
    // Passwords that are kept beside a new one are lost the second time.
    return HasAnyWord(reader, {"retain", "discard"}) ? Ddl() : Repeatable();
  }
  const Kind* kind = ConsumeKind(reader);
  if (kind == nullptr) return Ddl();
  if (kind->word == "table") return ReadAlterTable(reader);
  if (kind->word == "sequence") return HasAnyWord(reader, {"restart"}) ? Ddl() : Repeatable();
  if (kind->object == "DATABASE") return HasAnyWord(reader, {"upgrade"}) ? Ddl() : Repeatable();
  if (kind->word == "event" && HasAnyWord(reader, {"rename"})) {
    ConsumeIfExists(reader);
    return Make(Trace::kExistence, "EVENT", {reader.ConsumeName()});
  }
  return Repeatable();
}

Ddl ReadDrop(TokenReader& reader) {
  if (reader.ConsumeWord("index")) return ReadIndex(reader);
  if (reader.ConsumeAnyWord({"user", "role"})) {
    return ConsumeIfExists(reader) ? Repeatable() : Ddl();
  }
  const Kind* kind = ConsumeKind(reader);
  if (kind == nullptr) return Ddl();
  const absl::string_view object = ObjectOf(*kind, reader);
  if (ConsumeIfExists(reader)) return Repeatable();
  std::vector<std::string> names;
  do {
    names.push_back(reader.ConsumeName());
  } while (reader.ConsumeSymbol(','));
  Ddl ddl = Make(Trace::kExistence, object, std::move(names));
  ddl.one_by_one = true;
  return ddl;
}

// Where the same names are there before and after, tables have swapped theirs.
// Names that may be one table's are taken for one.
bool MaySwap(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::set<std::string> names[2];
  for (const std::string& name : from) names[0].insert(absl::AsciiStrToLower(LastPart(name)));
  for (const std::string& name : to) names[1].insert(absl::AsciiStrToLower(LastPart(name)));
  return names[0] == names[1];
}

Ddl ReadRename(TokenReader& reader) {
  if (!reader.ConsumeAnyWord({"table", "tables"})) return Ddl();
  ConsumeIfExists(reader);
  std::vector<std::string> from;
  std::vector<std::string> to;
  do {
    from.push_back(reader.ConsumeName());
    while (!reader.AtEnd() && !reader.IsWord("to")) reader.Advance();
    reader.ConsumeWord("to");
    to.push_back(reader.ConsumeName());
  } while (reader.ConsumeSymbol(','));
  // One table goes from one name to another one.
  if (from.size() == 1) return Make(Trace::kExistence, "TABLE", std::move(from));
  const bool swap = MaySwap(from, to);
  from.insert(from.end(), to.begin(), to.end());
  return Make(swap ? Trace::kSwap : Trace::kExistence, "TABLE", std::move(from));
}

}  // namespace

Ddl ReadDdl(absl::string_view statement) {
  TokenReader reader(statement);
  reader.SkipSetStatement();
  if (reader.ConsumeWord("create")) return ReadCreate(reader);
  if (reader.ConsumeWord("alter")) return ReadAlter(reader);
  if (reader.ConsumeWord("drop")) return ReadDrop(reader);
  if (reader.ConsumeWord("rename")) return ReadRename(reader);
  if (reader.ConsumeWord("truncate")) {
    reader.ConsumeWord("table");
    return Make(Trace::kStorage, "TABLE", {reader.ConsumeName()});
  }
  if (reader.ConsumeWord("grant")) return Repeatable();
  // Of the kinds of SET that commit: passwords and default roles.
  if (reader.ConsumeWord("set") && (reader.IsWord("password") || reader.IsWord("default"))) {
    return HasAnyWord(reader, {"retain"}) ? Ddl() : Repeatable();
  }
  return Ddl();
}

}  // namespace brant::mysql
