#include "client/schema/source_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

namespace fs = std::filesystem;

absl::Status CanNotRead(const fs::path& path, const std::error_code& error) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("can't read ", path.string(), ": ", error.message()));
}

absl::StatusOr<std::vector<fs::path>> FilesBelow(const fs::path& folder,
                                                 absl::string_view extension) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name[0] == '.') {
      entry.disable_recursion_pending();
    } else if (entry->path().extension() == std::string(extension) && !entry->is_directory()) {
      paths.push_back(entry->path());
    }
  }
  if (error) return CanNotRead(folder, error);
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<v1::SourceFile> ReadFile(const fs::path& path, std::string name) {
  std::ifstream stream(path, std::ios::binary);
  v1::SourceFile file;
  file.set_name(std::move(name));
  file.mutable_content()->assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream.is_open() || stream.bad()) {
    return CanNotRead(path, std::error_code(errno, std::generic_category()));
  }
  return file;
}

}  // namespace

absl::StatusOr<google::protobuf::RepeatedPtrField<v1::SourceFile>> ReadSourceFiles(
    const std::string& path, absl::string_view extension) {
  google::protobuf::RepeatedPtrField<v1::SourceFile> files;
  std::error_code error;
  const fs::path root = path;
  if (!fs::is_directory(root, error)) {
    if (error) return CanNotRead(root, error);
    BRANT_ASSIGN_OR_RETURN(*files.Add(), ReadFile(root, root.string()));
    return files;
  }
  BRANT_ASSIGN_OR_RETURN(const std::vector<fs::path> paths, FilesBelow(root, extension));
  if (paths.empty()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("there is no ", extension, " file in ", path));
  }
  for (const fs::path& file : paths) {
    // Imports of models start at their folder.
    const bool is_model = extension == ".proto";
    BRANT_ASSIGN_OR_RETURN(
        *files.Add(), ReadFile(file, (is_model ? file.lexically_relative(root) : file).string()));
  }
  return files;
}

}  // namespace brant
