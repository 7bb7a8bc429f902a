#ifndef BRANT_AGENT_SCHEMA_MODELS_SOURCE_PLACE_H_
#define BRANT_AGENT_SCHEMA_MODELS_SOURCE_PLACE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/schema/models/model_places.h"
#include "google/protobuf/descriptor.h"

namespace brant {

template <typename Descriptor>
const google::protobuf::FileDescriptor& FileOf(const Descriptor& descriptor) {
  if constexpr (requires { descriptor.file(); }) {
    return *descriptor.file();
  } else {
    return FileOf(*descriptor.containing_type());
  }
}

// Where a message, field, oneof or enum is. `kind` is what is said of it: `field`, or
// `the check of field`.
template <typename Descriptor>
ModelPlace PlaceOf(const Descriptor& descriptor, absl::string_view kind) {
  google::protobuf::SourceLocation place;
  const bool known = descriptor.GetSourceLocation(&place);
  return {FileOf(descriptor).name(), known ? place.start_line + 1 : 0,
          absl::StrCat(kind, " '", descriptor.full_name(), "'")};
}

// Where a message has an option that may be repeated: the `i`-th, of an extension's
// number.
ModelPlace PlaceOfOption(const google::protobuf::Descriptor& message, int extension, int i,
                         absl::string_view kind);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_SOURCE_PLACE_H_
