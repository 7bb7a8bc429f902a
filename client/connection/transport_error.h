// gRPC's words for a connection that failed, in plain ones.

#ifndef BRANT_CLIENT_CONNECTION_TRANSPORT_ERROR_H_
#define BRANT_CLIENT_CONNECTION_TRANSPORT_ERROR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace brant {

// What failed, such as "connection refused", from the message of a status
// UNAVAILABLE. Words that nobody has met yet are kept, without gRPC's own before
// them.
std::string ExplainTransportError(absl::string_view message);

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_TRANSPORT_ERROR_H_
