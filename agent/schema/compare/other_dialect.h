// A comparison, as it is for a database of another dialect.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_OTHER_DIALECT_H_
#define BRANT_AGENT_SCHEMA_COMPARE_OTHER_DIALECT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/revisions/bundle.h"
#include "agent/schema/compare/desired_schema.h"
#include "agent/schema/compare/sides.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/translate/translate.h"

namespace brant {

struct OtherSides {
  Sides sides;
  std::vector<TranslationNote> notes;
  // What whoever reviews the section should know of it as a whole, a line each.
  std::vector<std::string> reviews;
  // Enum types are called as the translation calls them; a database of the dialect
  // may call its own otherwise.
  bool enum_names_are_guessed = false;
};

// What a database of `dialect` that went through the same revisions has: they are
// replayed in scratch space beside `server`. What it should have: the models, or
// where SQL of the known dialect is desired, what differs there, translated.
//
// Without a server (null), both are guessed from what differs in the known dialect.
//
// `known` are the sides in the database's own dialect; `applied` are its revisions,
// a flag for each of the bundle's. Errors: those of the statements, with their
// places; NO_SECTION; the reason of `cancel`.
absl::StatusOr<OtherSides> ReadOtherDialect(const Sides& known, const DesiredSchema& desired,
                                            Dialect dialect, Database* server, const Bundle& bundle,
                                            const std::vector<bool>& applied,
                                            const Selection& selection, CancelToken& cancel);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_OTHER_DIALECT_H_
