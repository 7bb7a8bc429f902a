#include "agent/schema/lint/acknowledgement.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace brant {
namespace {

constexpr absl::string_view kAllow = "lint:allow";

// What follows `-- lint:allow`; false if the line is something else.
bool TakeAllow(absl::string_view& line) {
  line = absl::StripAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "--")) return false;
  line = absl::StripLeadingAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, kAllow)) return false;
  return line.empty() || absl::ascii_isspace(line.front());
}

// Takes `BR101, drop-column` off the text.
std::vector<std::string> TakeRules(absl::string_view& text) {
  std::vector<std::string> rules;
  for (;;) {
    text = absl::StripLeadingAsciiWhitespace(text);
    const absl::string_view rule = text.substr(0, text.find_first_of(", \t"));
    text.remove_prefix(rule.size());
    if (!rule.empty()) rules.emplace_back(rule);
    absl::string_view rest = absl::StripLeadingAsciiWhitespace(text);
    if (!absl::ConsumePrefix(&rest, ",")) return rules;
    text = rest;
  }
}

// There is an empty line behind the first of these.
bool HasBlankLine(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  // The first is the comment itself, the last begins the statement.
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    if (absl::StripAsciiWhitespace(lines[i]).empty()) return true;
  }
  return false;
}

}  // namespace

std::map<size_t, Acknowledgements::Acknowledgement> Acknowledgements::Find(absl::string_view text) {
  std::map<size_t, Acknowledgement> found;
  for (absl::string_view whole : absl::StrSplit(text, '\n')) {
    absl::string_view line = whole;
    if (!TakeAllow(line)) continue;
    Acknowledgement& added = found[static_cast<size_t>(whole.data() - text.data())];
    added.rules = TakeRules(line);
    added.has_reason = !absl::StripAsciiWhitespace(line).empty();
  }
  return found;
}

Acknowledgements::Acknowledgements(const Revision& revision) {
  const size_t header = revision.sections.empty() ? 0 : revision.sections.front().offset;
  all_ = Find(absl::string_view(revision.text).substr(0, header));
}

void Acknowledgements::Read(const LintSection& section) {
  const absl::string_view text = section.revision().text;
  const size_t begin = section.section().offset;
  const size_t end = begin + section.section().size;
  // What lies between statements; a statement may hold anything.
  size_t gap_begin = begin;
  const int count = static_cast<int>(section.statements().size());
  for (int i = 0; i <= count; ++i) {
    const size_t gap_end = i < count ? section.statements()[i].offset : end;
    const absl::string_view gap = text.substr(gap_begin, gap_end - gap_begin);
    for (auto& [offset, acknowledgement] : Find(gap)) {
      acknowledgement.section = begin;
      const bool for_all = count == 0 || (i == 0 && HasBlankLine(gap.substr(offset)));
      acknowledgement.statement = for_all ? -1 : i;
      all_.try_emplace(gap_begin + offset, std::move(acknowledgement));
    }
    if (i < count) gap_begin = gap_end + section.statements()[i].text.size();
  }
}

bool Acknowledgements::Covers(const ReportedFinding& finding, size_t section_offset) {
  bool covered = false;
  for (auto& [offset, acknowledgement] : all_) {
    if (acknowledgement.section != 0 && acknowledgement.section != section_offset) continue;
    if (acknowledgement.statement >= 0 && acknowledgement.statement != finding.statement) continue;
    for (const std::string& rule : acknowledgement.rules) {
      if (rule != finding.rule->code && rule != finding.rule->name) continue;
      acknowledgement.used.insert(rule);
      covered = true;
    }
  }
  return covered;
}

std::vector<ReportedFinding> Acknowledgements::WithoutReason() const {
  std::vector<ReportedFinding> findings;
  for (const auto& [offset, acknowledgement] : all_) {
    if (acknowledgement.has_reason) continue;
    const std::string rule = acknowledgement.rules.empty() ? "no rule" : acknowledgement.rules[0];
    findings.push_back({FindLintRule("allow-without-reason"), offset, -1, LintNames{.name = rule}});
  }
  return findings;
}

std::vector<ReportedFinding> Acknowledgements::Unused(
    absl::FunctionRef<bool(size_t, const LintRule&)> is_judged) const {
  std::vector<ReportedFinding> findings;
  for (const auto& [offset, acknowledgement] : all_) {
    for (const std::string& name : acknowledgement.rules) {
      if (acknowledgement.used.contains(name)) continue;
      const LintRule* rule = FindLintRule(name);
      // A name that no rule has is wrong in any case.
      if (rule == nullptr || is_judged(acknowledgement.section, *rule)) {
        findings.push_back({FindLintRule("unused-allow"), offset, -1, LintNames{.name = name}});
      }
    }
  }
  return findings;
}

}  // namespace brant
