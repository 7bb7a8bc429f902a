#include "agent/schema/compare/sections.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"

namespace brant {

void Sections::Add(v1::Direction direction, Dialect dialect, const DdlScript& script,
                   const std::vector<std::string>& reviews) {
  std::string body;
  for (const std::string& review : reviews) absl::StrAppend(&body, ReviewMark(review));
  absl::StrAppend(&body, script.statements.empty() ? "-- nothing to do\n" : ToText(script));
  const auto same = absl::c_find_if(sections_, [&](const v1::SchemaSection& section) {
    return section.direction() == direction && section.body() == body &&
           section.transactional() == script.transactional;
  });
  if (same != sections_.end()) {
    same->add_dialects(ToProto(dialect));
    return;
  }
  v1::SchemaSection section;
  section.set_direction(direction);
  section.add_dialects(ToProto(dialect));
  section.set_transactional(script.transactional);
  section.set_body(std::move(body));
  sections_.push_back(std::move(section));
}

std::vector<v1::SchemaSection> Sections::Take(size_t dialects) && {
  for (v1::SchemaSection& section : sections_) {
    if (static_cast<size_t>(section.dialects_size()) == dialects) section.clear_dialects();
  }
  std::stable_sort(sections_.begin(), sections_.end(),
                   [](const auto& a, const auto& b) { return a.direction() < b.direction(); });
  return std::move(sections_);
}

}  // namespace brant
