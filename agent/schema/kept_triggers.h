#ifndef BRANT_AGENT_SCHEMA_KEPT_TRIGGERS_H_
#define BRANT_AGENT_SCHEMA_KEPT_TRIGGERS_H_

#include <vector>

#include "agent/schema/catalog.h"

namespace brant {

// A trigger that has to be there again after its table or view was made anew.
struct KeptTrigger {
  const Trigger* trigger = nullptr;
  // Both sides have it. Else it may not be there, and has to be dropped with
  // IF EXISTS.
  bool is_there = false;
  // It is of the first side, from before the renames.
  bool has_old_names = false;
};

// Those of both sides, each name once: triggers are not compared, so a desired
// schema may know nothing of the database's; and on the way back it is the second
// catalog that is the database's.
std::vector<KeptTrigger> KeptTriggers(const std::vector<Trigger>& from,
                                      const std::vector<Trigger>& to);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_KEPT_TRIGGERS_H_
