#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/schema/dialects.h"
#include "client/ui/event_lines.h"

namespace brant {
namespace {

struct Counts {
  int errors = 0;
  int warnings = 0;
  int notices = 0;
  int acknowledged = 0;
};

Counts Count(const v1::LintRevisionsResponse& response) {
  Counts counts;
  for (const v1::LintFinding& finding : response.findings()) {
    if (finding.acknowledged()) {
      ++counts.acknowledged;
    } else if (finding.severity() == v1::LINT_SEVERITY_ERROR) {
      ++counts.errors;
    } else if (finding.severity() == v1::LINT_SEVERITY_WARNING) {
      ++counts.warnings;
    } else {
      ++counts.notices;
    }
  }
  return counts;
}

// "2 errors, 1 warning, 3 notices"; what there is none of is left out.
std::string Describe(const Counts& counts) {
  std::vector<std::string> parts;
  if (counts.errors > 0) parts.push_back(Plural(counts.errors, "error"));
  if (counts.warnings > 0) parts.push_back(Plural(counts.warnings, "warning"));
  if (counts.notices > 0) parts.push_back(Plural(counts.notices, "notice"));
  if (counts.acknowledged > 0) parts.push_back(absl::StrCat(counts.acknowledged, " acknowledged"));
  return parts.empty() ? "nothing found" : absl::StrJoin(parts, ", ");
}

class LintCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("RANGE", &range_, false,
                   "Which: FROM:TO as history takes it, or one revision. Default: all");
    flags.List(
        "--dialect", "DIALECT", &dialects_,
        "postgresql, sqlite or mysql. Default: `dialects` of brant.toml, or else that of the "
        "database URL, or else those that every file has a section for");
    flags.Examples(
        "  brant lint                   all migrations\n"
        "  brant lint head              the latest\n"
        "  brant lint ce58a1960b7f: --dialect postgresql");
  }

  absl::StatusOr<int> Run(Context& context) override {
    v1::LintRevisionsRequest request;
    request.set_range(range_);
    BRANT_ASSIGN_OR_RETURN(std::vector<v1::Dialect> dialects, ReadDialects(context, dialects_));
    if (dialects.empty()) dialects = DialectOfDatabase(context);
    request.mutable_dialects()->Assign(dialects.begin(), dialects.end());
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.offline_agent());
    BRANT_ASSIGN_OR_RETURN(const v1::LintRevisionsResponse response,
                           agent->LintRevisions(context.migrations(), std::move(request)));
    const Counts counts = Count(response);
    Print(context, response, counts);
    if (counts.errors > 0 || counts.warnings > 0) {
      return Error(v1::ERROR_REASON_CHECK_FAILED,
                   absl::StrCat("lint found ", Describe(counts), " in ",
                                Plural(response.revision_count(), "revision")))
          .Hint(
              "mend them, or put `-- lint:allow RULE reason` above a statement that is meant; "
              "docs/lint.md explains the rules");
    }
    return kExitDone;
  }

 private:
  static void Print(Context& context, const v1::LintRevisionsResponse& response,
                    const Counts& counts) {
    Console& console = context.console();
    if (console.json()) {
      console.PrintJson(response);
      return;
    }
    const std::string folder = context.HasFolder() ? absl::StrCat(context.folder(), "/") : "";
    for (const v1::LintFinding& finding : response.findings()) {
      if (!finding.acknowledged()) console.Print(Format(console, folder, finding));
    }
    if (counts.errors == 0 && counts.warnings == 0) {
      console.Note(
          absl::StrCat(Plural(response.revision_count(), "revision"), ": ", Describe(counts)));
    }
  }

  static std::string Format(const Console& console, const std::string& folder,
                            const v1::LintFinding& finding) {
    std::string severity = console.Paint(Color::kDim, "notice");
    if (finding.severity() == v1::LINT_SEVERITY_ERROR) {
      severity = console.Paint(Color::kRed, "error");
    } else if (finding.severity() == v1::LINT_SEVERITY_WARNING) {
      severity = console.Paint(Color::kYellow, "warning");
    }
    std::vector<absl::string_view> dialects;
    for (int dialect : finding.dialects()) {
      const auto known = FromProto(static_cast<v1::Dialect>(dialect));
      if (known.has_value()) dialects.push_back(DialectName(*known));
    }
    // Without a dialect, or with all of them, there is nothing to tell apart.
    const bool some = !dialects.empty() && dialects.size() < kAllDialects.size();
    return absl::StrCat(EscapeControl(absl::StrCat(folder, finding.file())), ":", finding.line(),
                        ": ", severity, " ", finding.code(), " ", finding.rule(), ": ",
                        EscapeControl(finding.message()),
                        some ? absl::StrCat(" (", absl::StrJoin(dialects, ", "), ")") : "",
                        "\n    ", EscapeControl(finding.advice()), "\n");
  }

  std::string range_;
  std::vector<std::string> dialects_;
};

}  // namespace

std::unique_ptr<Command> MakeLintCommand() { return std::make_unique<LintCommand>(); }

}  // namespace brant
