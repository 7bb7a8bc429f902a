#ifndef BRANT_AGENT_SCHEMA_COMPARE_NOTES_H_
#define BRANT_AGENT_SCHEMA_COMPARE_NOTES_H_

#include <string>
#include <vector>

#include "agent/schema/diff.h"
#include "agent/schema/translate/translate.h"

namespace brant {

// The notes of a translation that speak of what the diff writes, a line each: one on
// a column that it leaves alone was told when that was written.
std::vector<std::string> NotesOf(const CatalogDiff& diff,
                                 const std::vector<TranslationNote>& notes);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_NOTES_H_
