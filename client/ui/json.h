// One JSON object a line.

#ifndef BRANT_CLIENT_UI_JSON_H_
#define BRANT_CLIENT_UI_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace brant {

// proto3 JSON with every field, also those that have their default value, so
// that a script finds them.
std::string ToJson(const google::protobuf::Message& message);

// {"error":{"code":…,"reason":…,"message":…,"metadata":{…}}}
std::string ErrorToJson(const absl::Status& status);

// `text` as a JSON string, quotes included. What is not UTF-8 becomes U+FFFD.
std::string JsonString(absl::string_view text);

}  // namespace brant

#endif  // BRANT_CLIENT_UI_JSON_H_
