#include "agent/revisions/new_revision.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/utf8.h"

namespace brant {
namespace {

Error InvalidRequest(absl::string_view message) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST, message);
}

std::string RandomId(const RevisionGraph& graph) {
  std::random_device random;
  while (true) {
    std::string id = absl::StrFormat("%08x%04x", static_cast<uint32_t>(random()),
                                     static_cast<uint32_t>(random()) & 0xFFFF);
    if (graph.FindPrefix(id).empty()) return id;
  }
}

absl::Status CheckId(const RevisionGraph& graph, absl::string_view id) {
  std::set<std::string> bad;
  for (unsigned char c : id) {
    if (!absl::ascii_isalnum(c) && c != '_') bad.insert(std::string(1, static_cast<char>(c)));
  }
  if (!bad.empty()) {
    return InvalidRequest(absl::StrCat("Character(s) '", EscapeControl(absl::StrJoin(bad, ", ")),
                                       "' not allowed in revision identifier '", EscapeControl(id),
                                       "'"))
        .Hint("an id has 1 to 32 letters, digits or underscores");
  }
  if (!IsRevisionId(id) || IsReservedName(id)) {
    return InvalidRequest(absl::StrCat("'", id, "' can't be a revision identifier"))
        .Hint(IsReservedName(id) ? "head, heads, base and current have a meaning of their own"
                                 : "an id has 1 to 32 letters, digits or underscores");
  }
  if (auto used = graph.FindId(id); used.has_value()) {
    return InvalidRequest(absl::StrCat("Revision ", id, " is already present, in ",
                                       graph.revision(*used).file))
        .Revision(id)
        .Hint("choose another id, or leave --rev-id out");
  }
  if (auto used = graph.FindLabel(id); used.has_value()) {
    return InvalidRequest(absl::StrCat("'", id, "' is a branch label, declared in ",
                                       graph.revision(*used).file))
        .Hint("choose another id, or leave --rev-id out");
  }
  return absl::OkStatus();
}

absl::Status CheckLabels(const RevisionGraph& graph, absl::string_view id,
                         const std::vector<std::string>& labels) {
  for (const std::string& label : labels) {
    if (!IsLabel(label) || IsReservedName(label)) {
      return InvalidRequest(absl::StrCat("'", EscapeControl(label), "' can't be a branch label"))
          .Hint(
              "a label has letters, digits, underscores and dashes, and is none of head, heads, "
              "base and current");
    }
    if (label == id || absl::c_count(labels, label) > 1 || graph.FindId(label).has_value()) {
      return InvalidRequest(absl::StrCat("'", label, "' can't be a branch label: it is ",
                                         label == id || graph.FindId(label).has_value()
                                             ? "a revision's id"
                                             : "named twice"))
          .Hint("choose another label");
    }
    if (auto used = graph.FindLabel(label); used.has_value()) {
      const Revision& owner = graph.revision(*used);
      return InvalidRequest(absl::StrCat("Branch name '", label, "' in revision ", id,
                                         " already used by revision ", owner.id))
          .Hint(absl::StrCat("it is declared in ", owner.file,
                             ", and what revises that inherits it; choose another label"));
    }
  }
  return absl::OkStatus();
}

// The message without trailing blanks, with LF line endings.
absl::StatusOr<std::string> CleanMessage(absl::string_view message) {
  bool has_control = absl::c_any_of(message, [](unsigned char c) {
    return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
  });
  if (has_control || FindInvalidUtf8(message).has_value()) {
    return InvalidRequest("the message holds control characters or is not valid UTF-8")
        .Hint("write plain text");
  }
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(message, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(line);
    if (IsHeaderSyntax(line)) {
      return InvalidRequest(absl::StrCat("the line '", line,
                                         "' of the message would be read as part of the header"))
          .Hint("word it differently");
    }
    lines.emplace_back(line);
  }
  return std::string(absl::StripAsciiWhitespace(absl::StrJoin(lines, "\n")));
}

Error MultipleHeads(const RevisionGraph& graph) {
  std::vector<std::string> heads;
  for (RevisionIndex head : graph.Heads()) heads.push_back(graph.revision(head).id);
  return Error(v1::ERROR_REASON_MULTIPLE_HEADS,
               "Multiple heads are present; please specify the head revision on which the new "
               "revision should be based, or perform a merge.")
      .Hint(absl::StrCat("--head with one of ", absl::StrJoin(heads, ", "),
                         ", or `brant merge heads`"));
}

absl::StatusOr<std::vector<RevisionIndex>> ResolveHeads(const RevisionGraph& graph,
                                                        const RevisionRequest& request) {
  std::vector<std::string> texts = request.heads;
  if (texts.empty()) texts = {"head"};
  std::vector<RevisionIndex> heads;
  for (const std::string& text : texts) {
    absl::StatusOr<std::vector<RevisionIndex>> found = ResolveRevisions(graph, text);
    if (ReasonOf(found.status()) == v1::ERROR_REASON_MULTIPLE_HEADS) return MultipleHeads(graph);
    if (!found.ok()) return found.status();
    for (RevisionIndex head : *found) {
      if (absl::c_linear_search(heads, head)) {
        return InvalidRequest(
                   absl::StrCat("Duplicate head revisions specified: ", graph.revision(head).id))
            .Hint("name each revision once");
      }
      heads.push_back(head);
    }
  }
  for (RevisionIndex head : heads) {
    if (request.splice || graph.IsHead(head)) continue;
    return InvalidRequest(absl::StrCat("Revision ", graph.revision(head).id,
                                       " is not a head revision; please specify --splice to "
                                       "create a new branch from this revision"))
        .Hint("`brant heads` lists the heads");
  }
  return heads;
}

absl::StatusOr<std::vector<std::string>> ResolveDependencies(
    const RevisionGraph& graph, const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    BRANT_ASSIGN_OR_RETURN(RevisionIndex index, ResolveRevision(graph, text));
    std::string name = graph.FindLabel(text).has_value() ? text : graph.revision(index).id;
    if (!absl::c_linear_search(names, name)) names.push_back(std::move(name));
  }
  return names;
}

// The highest counter in the folder plus one.
int64_t NextCounter(const RevisionGraph& graph) {
  constexpr size_t kDateLength = 8;
  int64_t highest = 0;
  for (RevisionIndex i = 0; i < graph.size(); ++i) {
    std::vector<absl::string_view> parts = absl::StrSplit(graph.revision(i).file, '_');
    int64_t date, counter;
    if (parts.size() < 3 || parts[0].size() != kDateLength || !absl::SimpleAtoi(parts[0], &date) ||
        !absl::SimpleAtoi(parts[1], &counter)) {
      continue;
    }
    highest = std::max(highest, counter);
  }
  return highest + 1;
}

}  // namespace

std::string Slug(absl::string_view message) {
  constexpr size_t kMaxLength = 40;
  std::string slug;
  for (unsigned char c : message.substr(0, message.find('\n'))) {
    if (absl::ascii_isalnum(c)) {
      slug.push_back(absl::ascii_tolower(c));
    } else if (!slug.empty() && slug.back() != '_') {
      slug.push_back('_');
    }
  }
  if (slug.size() > kMaxLength) {
    // At a word's end, if there is one.
    size_t end = slug.rfind('_', kMaxLength);
    slug.resize(end == std::string::npos ? kMaxLength : end);
  }
  while (!slug.empty() && slug.back() == '_') slug.pop_back();
  return slug.empty() ? "revision" : slug;
}

std::string RenderRevision(const Revision& revision, const std::vector<SectionDraft>& sections) {
  std::string text;
  for (absl::string_view line : absl::StrSplit(revision.message, '\n')) {
    absl::StrAppend(&text, line.empty() ? "--" : "-- ", line, "\n");
  }
  auto add_field = [&text](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text, "-- ", name, ":", value.empty() ? "" : " ", value, "\n");
  };
  absl::StrAppend(&text, "--\n");
  add_field("Revision ID", revision.id);
  add_field("Revises", absl::StrJoin(revision.parents, ", "));
  if (!revision.labels.empty()) add_field("Branch Labels", absl::StrJoin(revision.labels, ", "));
  if (!revision.dependencies.empty()) {
    add_field("Depends On", absl::StrJoin(revision.dependencies, ", "));
  }
  if (!revision.create_date.empty()) add_field("Create Date", revision.create_date);
  for (const SectionDraft& section : sections) {
    std::string dialects = absl::StrJoin(section.dialects, ",", [](std::string* out, Dialect one) {
      absl::StrAppend(out, DialectName(one));
    });
    absl::StrAppend(&text, "\n-- brant:", DirectionName(section.direction),
                    dialects.empty() ? "" : " ", dialects,
                    section.transactional ? "" : " transaction:off", "\n", section.body);
    if (!section.body.empty() && section.body.back() != '\n') text.push_back('\n');
  }
  return text;
}

absl::StatusOr<NewRevision> MakeRevision(const RevisionGraph& graph,
                                         const RevisionRequest& request) {
  NewRevision made;
  made.id = request.id;
  if (made.id.empty()) {
    made.id = RandomId(graph);
  } else {
    BRANT_RETURN_IF_ERROR(CheckId(graph, made.id));
  }
  BRANT_RETURN_IF_ERROR(CheckLabels(graph, made.id, request.labels));
  Revision revision;
  revision.id = made.id;
  revision.labels = request.labels;
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> heads, ResolveHeads(graph, request));
  for (RevisionIndex head : heads) revision.parents.push_back(graph.revision(head).id);
  BRANT_ASSIGN_OR_RETURN(revision.dependencies, ResolveDependencies(graph, request.dependencies));
  BRANT_ASSIGN_OR_RETURN(revision.message, CleanMessage(request.message));
  if (revision.message.empty()) {
    revision.message = heads.size() > 1
                           ? absl::StrCat("Merge ", absl::StrJoin(revision.parents, " and "))
                           : "empty message";
  }
  absl::TimeZone utc = absl::UTCTimeZone();
  revision.create_date =
      absl::StrCat(absl::FormatTime("%Y-%m-%d %H:%M:%S", request.create_time, utc), "+00:00");
  made.text = RenderRevision(
      revision, request.sections.empty()
                    ? std::vector<SectionDraft>{{Direction::kUpgrade}, {Direction::kDowngrade}}
                    : request.sections);
  made.file =
      absl::StrFormat("%s_%04d_%s.sql", absl::FormatTime("%Y%m%d", request.create_time, utc),
                      NextCounter(graph), Slug(revision.message));
  return made;
}

absl::StatusOr<NewRevision> MakeMerge(const RevisionGraph& graph, const RevisionRequest& request) {
  RevisionRequest merge = request;
  merge.heads.clear();
  for (const std::string& text : request.heads) {
    std::vector<RevisionIndex> found;
    if (text == "heads") {
      found = graph.Heads();
    } else {
      BRANT_ASSIGN_OR_RETURN(found, ResolveRevisions(graph, text));
    }
    for (RevisionIndex index : found) merge.heads.push_back(graph.revision(index).id);
  }
  if (merge.heads.size() < 2) {
    return InvalidRequest("a merge needs two or more heads")
        .Hint(graph.Heads().size() < 2 ? "there is only one head, so there is nothing to merge"
                                       : "name them, or use `brant merge heads`");
  }
  return MakeRevision(graph, merge);
}

}  // namespace brant
