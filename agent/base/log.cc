#include "agent/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"

namespace brant {
namespace {

spdlog::logger& Logger() {
  // Never destroyed: threads may log while the program ends.
  static spdlog::logger* logger = [] {
    auto* made = new spdlog::logger("brantd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *logger;
}

// Nobody must be able to write a second line that looks like the log's own.
std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(EscapeControl(text), {{"\n", "\\n"}});
}

}  // namespace

absl::Status SetLogLevel(absl::string_view level) {
  for (spdlog::level::level_enum known :
       {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err}) {
    const auto name = spdlog::level::to_string_view(known);
    if (level == absl::string_view(name.data(), name.size())) {
      Logger().set_level(known);
      return absl::OkStatus();
    }
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST, absl::StrCat("unknown log level '", level, "'"))
      .Hint("use debug, info, warning or error");
}

void LogInfo(absl::string_view text) { Logger().info("{}", OneLine(text)); }

void LogWarning(absl::string_view text) { Logger().warn("{}", OneLine(text)); }

}  // namespace brant
