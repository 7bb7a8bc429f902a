#ifndef BRANT_AGENT_SCHEMA_MODELS_MODEL_FILES_H_
#define BRANT_AGENT_SCHEMA_MODELS_MODEL_FILES_H_

#include <memory>
#include <vector>

#include "agent/schema/models/problems.h"
#include "agent/schema/schema_driver.h"
#include "google/protobuf/descriptor.h"

namespace brant {

// Protobuf files, compiled. What they import is looked up among themselves, by the
// names they have; brant/options.proto and google/protobuf/*.proto are built in.
class ModelFiles {
 public:
  // `files` and `problems` must outlive it. What is wrong is in `problems` after.
  ModelFiles(const std::vector<SchemaDriver::Script>& files, Problems& problems);
  ~ModelFiles();

  // In the order given, without those that are built in; those that are wrong are
  // missing.
  const std::vector<const google::protobuf::FileDescriptor*>& files() const { return files_; }

 private:
  // Protobuf's compiler, which the descriptors belong to.
  struct Compiler;
  std::unique_ptr<Compiler> compiler_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
};

// Options of a descriptor, with the extensions of brant/options.proto. The compiler
// leaves them as unknown fields, because its pool is not the program's.
template <typename Options>
Options WithExtensions(const Options& options) {
  Options result;
  result.ParseFromString(options.SerializeAsString());
  return result;
}

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_MODEL_FILES_H_
