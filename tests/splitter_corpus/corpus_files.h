// The scripts of tests/splitter_corpus.

#ifndef BRANT_TESTS_SPLITTER_CORPUS_CORPUS_FILES_H_
#define BRANT_TESTS_SPLITTER_CORPUS_CORPUS_FILES_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

struct CorpusFile {
  // Without folder and ending.
  std::string name;
  std::string script;
};

inline void PrintTo(const CorpusFile& file, std::ostream* out) { *out << file.name; }

// A dialect's scripts, sorted by name.
std::vector<CorpusFile> ReadCorpus(Dialect dialect);

// Where they are cut, as splitter_corpus_test writes it.
std::string ReadGolden(Dialect dialect);

}  // namespace brant

#endif  // BRANT_TESTS_SPLITTER_CORPUS_CORPUS_FILES_H_
