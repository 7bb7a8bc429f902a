#include "agent/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

#include "absl/strings/str_cat.h"
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

void LogInfo(absl::string_view text) { Logger().info("{}", EscapeControl(text)); }

void LogWarning(absl::string_view text) { Logger().warn("{}", EscapeControl(text)); }

}  // namespace brant
