#include "tests/splitter_corpus/corpus_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace brant {
namespace {

constexpr absl::string_view kFolder = "tests/splitter_corpus/";

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::vector<CorpusFile> ReadCorpus(Dialect dialect) {
  std::vector<CorpusFile> files;
  const std::string folder = absl::StrCat(kFolder, DialectName(dialect));
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(CorpusFile{entry.path().stem().string(), Read(entry.path())});
  }
  std::sort(files.begin(), files.end(),
            [](const CorpusFile& a, const CorpusFile& b) { return a.name < b.name; });
  return files;
}

std::string ReadGolden(Dialect dialect) {
  return Read(absl::StrCat(kFolder, DialectName(dialect), ".golden"));
}

}  // namespace brant
