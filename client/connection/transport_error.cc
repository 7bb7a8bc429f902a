#include "client/connection/transport_error.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace brant {
namespace {

struct Translation {
  // What the message contains, in small letters.
  absl::string_view theirs;
  absl::string_view ours;
};

// Before there was a connection. The first that fits counts.
constexpr Translation kConnecting[] = {
    {"connection refused", "connection refused: nothing listens there"},
    {"could not contact dns servers", "the name could not be looked up: no DNS server answered"},
    {"timeout while contacting dns", "the name could not be looked up: no DNS server answered"},
    {"dns resolution failed", "the name was not found"},
    {"no such file or directory", "there is no such socket"},
    {"permission denied", "permission denied: this user may not use the socket"},
    {"network is unreachable", "there is no route to that network"},
    {"no route to host", "there is no route to that machine"},
    {"http1.x server", "what answers there is no Brant agent: it speaks HTTP/1"},
    {"handshake", "the TLS handshake failed; agents are reached without TLS"},
    {"ssl", "the TLS handshake failed; agents are reached without TLS"},
    {"timed out", "timed out: no answer"},
    {"timeout", "timed out: no answer"},
    {"fd shutdown", "timed out: no answer"},
    {"socket closed", "it ended the connection at once: no Brant agent, or one behind TLS"},
    {"connection reset", "it ended the connection at once: no Brant agent, or one behind TLS"},
    {"end of", "it ended the connection at once: no Brant agent, or one behind TLS"},
};

// While a call was under way.
constexpr Translation kConnected[] = {
    {"keepalive", "timed out: it stopped answering"},
    {"ping timeout", "timed out: it stopped answering"},
    {"timed out", "timed out: it stopped answering"},
    {"socket closed", "the connection was lost"},
    {"connection reset", "the connection was lost"},
    {"broken pipe", "the connection was lost"},
    {"goaway", "it ended the connection"},
};

// gRPC says so where no connection came about.
constexpr absl::string_view kLastError = "last error: ";

bool IsOfConnecting(absl::string_view message) {
  return absl::StrContains(message, kLastError) ||
         absl::StartsWith(message, "failed to connect to all addresses") ||
         absl::StartsWith(message, "DNS resolution failed");
}

template <size_t kSize>
absl::string_view Find(const Translation (&table)[kSize], absl::string_view message) {
  const std::string lower = absl::AsciiStrToLower(message);
  for (const Translation& entry : table) {
    if (absl::StrContains(lower, entry.theirs)) return entry.ours;
  }
  return "";
}

}  // namespace

std::string ExplainTransportError(absl::string_view message) {
  const bool connecting = IsOfConnecting(message);
  const absl::string_view ours =
      connecting ? Find(kConnecting, message) : Find(kConnected, message);
  if (!ours.empty()) return std::string(ours);
  if (message.empty()) return "no answer";
  const size_t start = message.find(kLastError);
  return std::string(start == absl::string_view::npos ? message
                                                      : message.substr(start + kLastError.size()));
}

}  // namespace brant
