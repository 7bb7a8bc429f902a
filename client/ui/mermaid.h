#ifndef BRANT_CLIENT_UI_MERMAID_H_
#define BRANT_CLIENT_UI_MERMAID_H_

#include <string>

#include "brant/v1/schema.pb.h"

namespace brant {

// An entity relationship diagram: https://mermaid.js.org/syntax/entityRelationshipDiagram.html
std::string ToMermaid(const v1::Schema& schema);

}  // namespace brant

#endif  // BRANT_CLIENT_UI_MERMAID_H_
