#include "agent/base/sha256.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"

// The one-purpose interface, although OpenSSL 3 prefers EVP: it needs no
// allocation and no look-up per digest, which counts with 10,000 small files.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace brant {

struct Sha256::Context {
  SHA256_CTX sha;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { SHA256_Init(&context_->sha); }

Sha256::~Sha256() = default;

void Sha256::Add(absl::string_view bytes) {
  SHA256_Update(&context_->sha, bytes.data(), bytes.size());
}

std::string Sha256::FinishHex() {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256_Final(digest, &context_->sha);
  SHA256_Init(&context_->sha);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::string Sha256Hex(absl::string_view bytes) {
  Sha256 sha;
  sha.Add(bytes);
  return sha.FinishHex();
}

}  // namespace brant
