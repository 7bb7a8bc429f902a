#ifndef BRANT_AGENT_BASE_SHA256_H_
#define BRANT_AGENT_BASE_SHA256_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace brant {

// SHA-256 of what is added, piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void Add(absl::string_view bytes);
  // The digest in lower-case hexadecimal; afterwards the object is as new.
  std::string FinishHex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(absl::string_view bytes);

}  // namespace brant

#endif  // BRANT_AGENT_BASE_SHA256_H_
