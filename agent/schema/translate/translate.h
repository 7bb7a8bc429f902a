// A catalog in another dialect's terms.

#ifndef BRANT_AGENT_SCHEMA_TRANSLATE_TRANSLATE_H_
#define BRANT_AGENT_SCHEMA_TRANSLATE_TRANSLATE_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Something to look at, because the other dialect can't say it, or not quite.
struct TranslationNote {
  // The table or view, as the translated catalog calls it, or would.
  ObjectName object;
  // What of it: `column email`, `index users_email_idx`; empty: all.
  std::string part;
  // What became of it.
  std::string text;

  friend bool operator==(const TranslationNote&, const TranslationNote&) = default;
};

struct Translation {
  Catalog catalog;
  std::vector<TranslationNote> notes;
};

// `catalog`, which is of `from`'s dialect, as `to`'s has it. An expression that
// can't be translated stays as it is, with a note. What has no counterpart is left
// out with a note where leaving it out loses no rows: sequences, materialized views,
// exclusions, triggers, indexes of methods that the dialect has not. Objects of
// other schemas are called `schema_name` where there is one schema only.
//
// docs/models.md says what becomes of types.
Translation Translate(const Catalog& catalog, const SchemaDriver& from, const SchemaDriver& to);

// What an object is called in the other dialect.
ObjectName TranslateName(const ObjectName& name, Dialect to);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_TRANSLATE_TRANSLATE_H_
