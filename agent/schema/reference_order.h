#ifndef BRANT_AGENT_SCHEMA_REFERENCE_ORDER_H_
#define BRANT_AGENT_SCHEMA_REFERENCE_ORDER_H_

#include <vector>

#include "agent/schema/catalog.h"

namespace brant {

// Tables, each behind those that its foreign keys refer to.
struct ReferenceOrder {
  std::vector<const Table*> tables;
  // Foreign keys that refer to a table further behind, because they form a cycle;
  // with their table. They can be added when all tables are there, and have to go
  // before the first table is dropped.
  struct Postponed {
    const Table* table;
    const ForeignKey* key;
  };
  std::vector<Postponed> postponed;
};

// The order in which `tables` can be created; reversed, in which they can be
// dropped. Among equals the given order stays. Linear in tables and keys.
ReferenceOrder OrderByReferences(const std::vector<const Table*>& tables);

// Views, each behind those that it reads.
std::vector<const View*> OrderViews(const std::vector<const View*>& views);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_REFERENCE_ORDER_H_
