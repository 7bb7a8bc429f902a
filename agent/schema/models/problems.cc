#include "agent/schema/models/problems.h"

#include <algorithm>
#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/text_location.h"

namespace brant {
namespace {

constexpr int kTabWidth = 8;

// The byte that protobuf's tokenizer means by a line and column.
size_t OffsetOf(absl::string_view text, int line, int column) {
  size_t at = 0;
  for (int i = 0; i < line; ++i) {
    const size_t end = text.find('\n', at);
    if (end == absl::string_view::npos) return text.size();
    at = end + 1;
  }
  for (int reached = 0; reached < column && at < text.size(); ++at) {
    reached += text[at] == '\t' ? kTabWidth - reached % kTabWidth : 1;
  }
  return at;
}

}  // namespace

void Problems::AddParsed(absl::string_view file, int line, int column, absl::string_view message,
                         absl::string_view hint) {
  Problem problem{std::string(file), 0, 0, std::string(message), std::string(hint)};
  const auto source = std::find_if(files_.begin(), files_.end(),
                                   [&file](const auto& script) { return script.file == file; });
  if (source != files_.end() && line >= 0) {
    const TextLocation place =
        LocateOffset(source->text, OffsetOf(source->text, line, std::max(column, 0)));
    problem.line = place.line;
    problem.column = place.column;
  }
  // An enum that two columns are of is looked at twice, and so are some files.
  if (!absl::c_linear_search(problems_, problem)) problems_.push_back(std::move(problem));
}

absl::Status Problems::ToStatus() const {
  if (problems_.empty()) return absl::OkStatus();
  const Problem& first = problems_.front();
  std::string message = first.message;
  if (problems_.size() > 1) {
    absl::StrAppend(&message, " (and ", problems_.size() - 1, " more ",
                    problems_.size() == 2 ? "error" : "errors", " in the models)");
  }
  Error error(v1::ERROR_REASON_INVALID_FILE, message);
  error.At(first.file, first.line, first.column);
  if (!first.hint.empty()) error.Hint(first.hint);
  return error;
}

}  // namespace brant
