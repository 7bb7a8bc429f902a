// `-- lint:allow RULE[, RULE…] reason`: comments of a migration file that say
// that a finding is known and meant.

#ifndef BRANT_AGENT_SCHEMA_LINT_ACKNOWLEDGEMENT_H_
#define BRANT_AGENT_SCHEMA_LINT_ACKNOWLEDGEMENT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "agent/revisions/revision.h"
#include "agent/schema/lint/report.h"
#include "agent/schema/lint/section.h"

namespace brant {

// The acknowledgements of one file.
class Acknowledgements {
 public:
  // Reads those of the header, which count for the whole file.
  explicit Acknowledgements(const Revision& revision);

  // Reads those of a section: above its first statement with a blank line
  // between, for all of it; else for the statement that follows. May be called
  // for each dialect that the section serves.
  void Read(const LintSection& section);

  // One of them is for this finding of the section that begins at
  // `section_offset`; it is then used.
  bool Covers(const ReportedFinding& finding, size_t section_offset);

  // Those without a reason.
  std::vector<ReportedFinding> WithoutReason() const;
  // Those that Covers did not use, by rule. `is_judged` says whether it would have
  // if there were such a finding: of the section at an offset, or of all (0).
  std::vector<ReportedFinding> Unused(
      absl::FunctionRef<bool(size_t section, const LintRule& rule)> is_judged) const;

 private:
  struct Acknowledgement {
    // Of the section; 0: the whole file's.
    size_t section = 0;
    // Of the statement, as in the section; -1: all.
    int statement = -1;
    std::vector<std::string> rules;
    bool has_reason = false;
    std::set<std::string> used;
  };

  // The lines of `text` that are acknowledgements: by offset.
  static std::map<size_t, Acknowledgement> Find(absl::string_view text);

  // By their place in the file.
  std::map<size_t, Acknowledgement> all_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_ACKNOWLEDGEMENT_H_
