#include "agent/database/postgresql/resumable.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/postgresql/session_object.h"

namespace brant {
namespace {

struct Lost {
  SessionObject object;
  size_t maker;
};

constexpr size_t kShown = 100;

}  // namespace

absl::Status CheckPostgresqlResumable(absl::Span<const Statement> statements, int done) {
  std::vector<Lost> lost;
  for (size_t i = 0; i < statements.size(); ++i) {
    const absl::string_view text = statements[i].text;
    const bool is_done = i < static_cast<size_t>(done);
    // Settings that were done are run again.
    if (!is_done || statements[i].kind == StatementKind::kSession) {
      for (const Lost& made : lost) {
        if (!NamesSessionObject(text, made.object)) continue;
        return Error(v1::ERROR_REASON_STEP_INCOMPLETE,
                     absl::StrCat("statement ", i + 1, " (", Shorten(text, kShown), ") needs ",
                                  made.object.Describe(), ", which statement ", made.maker + 1,
                                  " (", Shorten(statements[made.maker].text, kShown),
                                  ") made in a session that is gone"))
            .Statement(text)
            .Hint(
                "do by hand what is left of the section, or undo what took effect, and settle it "
                "with 'brant stamp'; a table that is not temporary would have outlasted it");
      }
    }
    // What is still to come makes its own.
    lost.erase(
        std::remove_if(lost.begin(), lost.end(),
                       [&](const Lost& made) { return EndsSessionObject(text, made.object); }),
        lost.end());
    if (!is_done) continue;
    if (auto made = MadeInSession(text)) lost.push_back({*std::move(made), i});
  }
  return absl::OkStatus();
}

}  // namespace brant
