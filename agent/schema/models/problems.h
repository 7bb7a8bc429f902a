#ifndef BRANT_AGENT_SCHEMA_MODELS_PROBLEMS_H_
#define BRANT_AGENT_SCHEMA_MODELS_PROBLEMS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/schema/models/source_place.h"
#include "agent/schema/schema_driver.h"
#include "google/protobuf/descriptor.h"

namespace brant {

// What is wrong with models. All of it is collected, because one mistake in a
// protobuf file hides nothing behind it.
class Problems {
 public:
  // `files` must outlive it.
  explicit Problems(const std::vector<SchemaDriver::Script>& files) : files_(files) {}

  // A place as protobuf's parser counts: from 0, tabs to the next multiple of 8,
  // columns in bytes; -1: unknown.
  void AddParsed(absl::string_view file, int line, int column, absl::string_view message,
                 absl::string_view hint = "");

  // At the definition of `descriptor`: a message, field, enum or the like.
  template <typename Descriptor>
  void Add(const Descriptor& descriptor, absl::string_view message, absl::string_view hint = "") {
    google::protobuf::SourceLocation place;
    if (!descriptor.GetSourceLocation(&place)) place.start_line = place.start_column = -1;
    AddParsed(FileOf(descriptor).name(), place.start_line, place.start_column, message, hint);
  }

  bool empty() const { return problems_.empty(); }

  // The first one, and how many more there are: INVALID_FILE.
  absl::Status ToStatus() const;

 private:
  struct Problem {
    std::string file;
    int line = 0;
    int column = 0;
    std::string message;
    std::string hint;

    friend bool operator==(const Problem&, const Problem&) = default;
  };

  const std::vector<SchemaDriver::Script>& files_;
  std::vector<Problem> problems_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_PROBLEMS_H_
