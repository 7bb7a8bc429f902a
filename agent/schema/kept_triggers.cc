#include "agent/schema/kept_triggers.h"

#include <string>

#include "absl/algorithm/container.h"

namespace brant {
namespace {

bool Has(const std::vector<Trigger>& triggers, const std::string& name) {
  return absl::c_any_of(triggers, [&](const Trigger& trigger) { return trigger.name == name; });
}

}  // namespace

std::vector<KeptTrigger> KeptTriggers(const std::vector<Trigger>& from,
                                      const std::vector<Trigger>& to) {
  std::vector<KeptTrigger> kept;
  for (const Trigger& trigger : from) kept.push_back({&trigger, Has(to, trigger.name), true});
  for (const Trigger& trigger : to) {
    if (!Has(from, trigger.name)) kept.push_back({&trigger});
  }
  return kept;
}

}  // namespace brant
