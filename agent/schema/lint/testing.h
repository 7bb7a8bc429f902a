// Migrations for tests of rules, from a few words.

#ifndef BRANT_AGENT_SCHEMA_LINT_TESTING_H_
#define BRANT_AGENT_SCHEMA_LINT_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "brant/v1/lint.pb.h"

namespace brant {

// The findings in the last of these files, each of which revises the one before;
// `sections` from the first marker on. Ends the program if they make no bundle.
std::vector<v1::LintFinding> LintFiles(const std::vector<std::string>& sections,
                                       const std::vector<Dialect>& dialects = {});

// The file that LintFiles makes of the sections number `index`, from 0.
std::string TestFile(size_t index, absl::string_view sections);

// "BR101 BR102", in the order of the findings; acknowledged ones in parentheses.
std::string Codes(const std::vector<v1::LintFinding>& findings);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_TESTING_H_
