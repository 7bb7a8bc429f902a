#include "client/ui/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/ui/json.h"

namespace brant {
namespace {

constexpr int kDefaultWidth = 80;

std::string Painted(bool enabled, Color color, absl::string_view text) {
  if (!enabled) return std::string(text);
  const char* code = "";
  switch (color) {
    case Color::kRed:
      code = "31";
      break;
    case Color::kGreen:
      code = "32";
      break;
    case Color::kYellow:
      code = "33";
      break;
    case Color::kDim:
      code = "2";
      break;
  }
  return absl::StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

Console::Console(FILE* output, FILE* errors, const ConsoleOptions& options)
    : output_(output), errors_(errors), options_(options) {}

ConsoleOptions Console::Detect(FILE* output, FILE* errors) {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || absl::string_view(terminal) == "dumb";
  const bool color = !dumb && !IsSet("NO_COLOR");
  ConsoleOptions options;
  options.live = !dumb && isatty(fileno(output));
  options.color_output = color && isatty(fileno(output));
  options.color_errors = color && isatty(fileno(errors));
  return options;
}

int Console::Width() const {
  winsize size = {};
  if (ioctl(fileno(output_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kDefaultWidth;
}

void Console::Write(absl::string_view text) {
  errno = 0;
  const size_t written = std::fwrite(text.data(), 1, text.size(), output_);
  if ((std::fflush(output_) != 0 || written != text.size()) && output_error_ == 0) {
    output_error_ = errno != 0 ? errno : EIO;
  }
}

absl::Status Console::OutputStatus() const {
  if (output_error_ == 0 || output_error_ == EPIPE) return absl::OkStatus();
  return Error(v1::ERROR_REASON_SYSTEM_ERROR,
               absl::StrCat("can't write the output: ", std::strerror(output_error_)));
}

void Console::Print(absl::string_view text) {
  if (text.empty()) return;
  Write(text.back() == '\n' ? std::string(text) : absl::StrCat(text, "\n"));
}

void Console::PrintJson(const google::protobuf::Message& message) { Print(ToJson(message)); }

void Console::Note(absl::string_view text) {
  if (options_.quiet || options_.json) return;
  std::fprintf(errors_, "%s\n", EscapeControl(text).c_str());
}

void Console::Warn(absl::string_view text) {
  if (options_.quiet || options_.json) return;
  const std::string line = Painted(options_.color_errors, Color::kYellow, EscapeControl(text));
  std::fprintf(errors_, "%s\n", line.c_str());
}

void Console::PrintError(const absl::Status& status) {
  if (options_.json) {
    Print(ErrorToJson(status));
    return;
  }
  std::fflush(output_);
  const std::string label = Painted(options_.color_errors, Color::kRed, "error:");
  std::fprintf(errors_, "%s %s\n", label.c_str(), DescribeError(status).c_str());
}

std::string Console::Paint(Color color, absl::string_view text) const {
  return Painted(options_.color_output, color, text);
}

}  // namespace brant
