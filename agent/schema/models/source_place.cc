#include "agent/schema/models/source_place.h"

#include <vector>

#include "google/protobuf/descriptor.pb.h"

namespace brant {
namespace {

namespace pb = google::protobuf;

// As SourceCodeInfo calls it.
std::vector<int> PathOf(const pb::Descriptor& message) {
  std::vector<int> path;
  if (message.containing_type() != nullptr) {
    path = PathOf(*message.containing_type());
    path.push_back(pb::DescriptorProto::kNestedTypeFieldNumber);
  } else {
    path.push_back(pb::FileDescriptorProto::kMessageTypeFieldNumber);
  }
  path.push_back(message.index());
  return path;
}

}  // namespace

ModelPlace PlaceOfOption(const pb::Descriptor& message, int extension, int i,
                         absl::string_view kind) {
  ModelPlace place = PlaceOf(message, kind);
  std::vector<int> path = PathOf(message);
  path.insert(path.end(), {pb::DescriptorProto::kOptionsFieldNumber, extension, i});
  pb::SourceLocation option;
  if (message.file()->GetSourceLocation(path, &option)) place.line = option.start_line + 1;
  return place;
}

}  // namespace brant
