#include "agent/database/not_resumable.h"

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {

absl::Status NotResumable(int made, int needs, absl::string_view what) {
  return Error(v1::ERROR_REASON_STEP_INCOMPLETE,
               absl::StrCat("statement ", needs, " needs ", what, " of statement ", made,
                            ", which ended with the session of the run that was broken off"))
      .Hint(absl::StrCat("finish or undo the step by hand, from statement ", needs,
                         " on, then 'brant stamp' the revision that the database is at"));
}

}  // namespace brant
