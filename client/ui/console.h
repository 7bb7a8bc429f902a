// Where everything that the program says goes through.

#ifndef BRANT_CLIENT_UI_CONSOLE_H_
#define BRANT_CLIENT_UI_CONSOLE_H_

#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace brant {

enum class Color { kRed, kGreen, kYellow, kDim };

struct ConsoleOptions {
  // One JSON object a line on the output, and nothing else there.
  bool json = false;
  // No progress and no notes; results and errors only.
  bool quiet = false;
  bool color_output = false;
  bool color_errors = false;
  // The output is a terminal on which lines may be redrawn.
  bool live = false;
};

// Not thread-safe.
class Console {
 public:
  // Neither stream is owned.
  Console(FILE* output, FILE* errors, const ConsoleOptions& options);

  // Options for these streams: what they are connected to, NO_COLOR and TERM.
  static ConsoleOptions Detect(FILE* output, FILE* errors);

  const ConsoleOptions& options() const { return options_; }
  bool json() const { return options_.json; }
  bool quiet() const { return options_.quiet; }

  // The terminal's width now; 80 where it can't be told.
  int Width() const;

  // A result: `text` goes to the output, with a newline added unless it ends in
  // one or is empty.
  void Print(absl::string_view text);
  // The same, as a JSON object.
  void PrintJson(const google::protobuf::Message& message);
  // What a person may want to know: to the errors, unless quiet or JSON.
  void Note(absl::string_view text);
  // A note that nobody should overlook.
  void Warn(absl::string_view text);
  // Why the program fails.
  void PrintError(const absl::Status& status);

  // As it is, for whoever draws lines.
  void Write(absl::string_view text);
  // Why some of the output could not be written; OK if all was, or if its reader
  // wants no more.
  absl::Status OutputStatus() const;
  std::string Paint(Color color, absl::string_view text) const;

 private:
  FILE* const output_;
  FILE* const errors_;
  const ConsoleOptions options_;
  // The first error of writing to the output; 0 for none.
  int output_error_ = 0;
};

}  // namespace brant

#endif  // BRANT_CLIENT_UI_CONSOLE_H_
