#include "agent/schema/models/model_files.h"

#include <limits>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "brant/options.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/wrappers.pb.h"

namespace brant {
namespace {

namespace pb = google::protobuf;

// Built-in files are in the program's own pool. Naming one message of each makes
// the linker keep it.
const pb::DescriptorPool& BuiltIn() {
  for (const pb::Descriptor* message :
       {TableOptions::descriptor(), pb::Any::descriptor(), pb::Duration::descriptor(),
        pb::Empty::descriptor(), pb::FieldMask::descriptor(), pb::Struct::descriptor(),
        pb::Timestamp::descriptor(), pb::Int32Value::descriptor()}) {
    (void)message;
  }
  return *pb::DescriptorPool::generated_pool();
}

bool IsBuiltIn(absl::string_view file) {
  return (file == "brant/options.proto" || absl::StartsWith(file, "google/protobuf/")) &&
         BuiltIn().FindFileByName(std::string(file)) != nullptr;
}

class MemoryTree : public pb::compiler::SourceTree {
 public:
  explicit MemoryTree(const std::vector<SchemaDriver::Script>& files) {
    for (const SchemaDriver::Script& file : files) {
      if (!IsBuiltIn(file.file)) files_.emplace(file.file, &file.text);
    }
  }

  pb::io::ZeroCopyInputStream* Open(const std::string& name) override {
    const auto found = files_.find(name);
    if (found == files_.end()) return nullptr;
    if (found->second->size() > std::numeric_limits<int>::max()) return nullptr;
    return new pb::io::ArrayInputStream(found->second->data(),
                                        static_cast<int>(found->second->size()));
  }

  std::string GetLastErrorMessage() override { return "File not found."; }

  bool Has(const std::string& name) const { return files_.contains(name); }

 private:
  std::map<std::string, const std::string*> files_;
};

// Passes protobuf's own errors on.
class Collector : public pb::compiler::MultiFileErrorCollector {
 public:
  Collector(const MemoryTree& tree, Problems& problems) : tree_(tree), problems_(problems) {}

  void AddError(const std::string& file, int line, int column,
                const std::string& message) override {
    // What follows from an import with errors of its own, which are reported there.
    if (follows_.contains(file)) return;
    if (absl::StrContains(message, "was not found or had errors") && ImportsOneOfOurs(message)) {
      follows_.insert(file);
      return;
    }
    // Of a file that is missing; who imports it says so with a line.
    if (!tree_.Has(file)) return;
    absl::string_view hint;
    if (absl::StrContains(message, "Import \"")) {
      hint =
          "imports are looked up among the models' files, by their paths below the folder of the "
          "models; brant/options.proto and google/protobuf/*.proto are built in";
    }
    problems_.AddParsed(file, line, column, message, hint);
  }

 private:
  bool ImportsOneOfOurs(absl::string_view message) const {
    const std::vector<absl::string_view> parts = absl::StrSplit(message, '"');
    return parts.size() > 1 && tree_.Has(std::string(parts[1]));
  }

  const MemoryTree& tree_;
  Problems& problems_;
  std::set<std::string> follows_;
};

}  // namespace

struct ModelFiles::Compiler {
  Compiler(const std::vector<SchemaDriver::Script>& files, Problems& problems)
      : tree(files),
        collector(tree, problems),
        built_in(BuiltIn()),
        database(&tree, &built_in),
        pool(&database, database.GetValidationErrorCollector()) {
    database.RecordErrorsTo(&collector);
    pool.EnforceWeakDependencies(true);
  }

  MemoryTree tree;
  Collector collector;
  pb::DescriptorPoolDatabase built_in;
  pb::compiler::SourceTreeDescriptorDatabase database;
  pb::DescriptorPool pool;
};

ModelFiles::ModelFiles(const std::vector<SchemaDriver::Script>& files, Problems& problems)
    : compiler_(std::make_unique<Compiler>(files, problems)) {
  for (const SchemaDriver::Script& file : files) {
    if (IsBuiltIn(file.file)) continue;
    const pb::FileDescriptor* descriptor = compiler_->pool.FindFileByName(file.file);
    if (descriptor != nullptr) {
      files_.push_back(descriptor);
    } else if (problems.empty()) {
      problems.AddParsed(file.file, -1, -1, "protobuf's compiler can't read this file");
    }
  }
}

ModelFiles::~ModelFiles() = default;

}  // namespace brant
