// The sections of the migration file that a comparison leads to.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_SECTIONS_H_
#define BRANT_AGENT_SCHEMA_COMPARE_SECTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "agent/base/dialect.h"
#include "agent/schema/ddl.h"
#include "brant/v1/schema.pb.h"

namespace brant {

// Collects the sections of several dialects; those of equal text become one.
class Sections {
 public:
  // `reviews` are marks for its beginning.
  void Add(v1::Direction direction, Dialect dialect, const DdlScript& script,
           const std::vector<std::string>& reviews = {});

  // Upgrades first. A section that serves all of so many dialects names none.
  std::vector<v1::SchemaSection> Take(size_t dialects) &&;

 private:
  std::vector<v1::SchemaSection> sections_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_SECTIONS_H_
