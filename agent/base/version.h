#ifndef BRANT_AGENT_BASE_VERSION_H_
#define BRANT_AGENT_BASE_VERSION_H_

namespace brant {

// The version of brant and brantd, which are released together.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace brant

#endif  // BRANT_AGENT_BASE_VERSION_H_
