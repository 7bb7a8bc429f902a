#include "client/ui/json.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "client/ui/utf8.h"
#include "google/protobuf/util/json_util.h"

namespace brant {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return ErrorToJson(Error(v1::ERROR_REASON_INTERNAL,
                             absl::StrCat("can't be written as JSON: ", status.ToString())));
  }
  return json;
}

std::string ErrorToJson(const absl::Status& status) {
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  // Sorted, so that the same error is always the same text.
  const std::map<std::string, std::string> metadata(info.metadata().begin(), info.metadata().end());
  std::string json = absl::StrCat(
      "{\"error\":{\"code\":", JsonString(absl::StatusCodeToString(status.code())), ",\"reason\":",
      JsonString(absl::StripPrefix(v1::ErrorReason_Name(ReasonOf(status)), "ERROR_REASON_")),
      ",\"message\":", JsonString(status.message()), ",\"metadata\":{");
  const char* separator = "";
  for (const auto& [key, value] : metadata) {
    absl::StrAppend(&json, separator, JsonString(key), ":", JsonString(value));
    separator = ",";
  }
  return absl::StrCat(json, "}}}");
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const absl::string_view before = text;
    const char32_t character = TakeCharacter(text);
    const absl::string_view bytes = before.substr(0, before.size() - text.size());
    if (character == '"' || character == '\\') {
      absl::StrAppend(&out, "\\", bytes);
    } else if (character == '\n') {
      absl::StrAppend(&out, "\\n");
    } else if (character < 0x20 || character == 0x7F) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(character));
    } else if (character == 0xFFFD) {
      absl::StrAppend(&out, "\\ufffd");
    } else {
      absl::StrAppend(&out, bytes);
    }
  }
  return absl::StrCat(out, "\"");
}

}  // namespace brant
