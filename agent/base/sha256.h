#ifndef BRANT_AGENT_BASE_SHA256_H_
#define BRANT_AGENT_BASE_SHA256_H_

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace brant {

// SHA-256 of everything that Update was given.
class Sha256 {
 public:
  Sha256();
  void Update(absl::string_view data);
  // The digest in lower-case hexadecimal. Ends the computation.
  std::string Hex();

 private:
  struct Deleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Deleter> context_;
};

// SHA-256 of `data` in lower-case hexadecimal.
std::string Sha256Hex(absl::string_view data);

}  // namespace brant

#endif  // BRANT_AGENT_BASE_SHA256_H_
