#include "agent/base/toml.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

// toml++ takes seconds to compile: it is included here and nowhere else.
#include <toml++/toml.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"

namespace brant {
namespace {

void SetValue(const toml::node& node, TomlEntry& entry) {
  if (const auto* text = node.as_string()) {
    entry.type = TomlType::kString;
    entry.value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    entry.type = TomlType::kInteger;
    entry.value = absl::StrCat(integer->get());
  } else if (const auto* number = node.as_floating_point()) {
    entry.type = TomlType::kFloat;
    entry.value = absl::StrCat(number->get());
  } else if (const auto* boolean = node.as_boolean()) {
    entry.type = TomlType::kBoolean;
    entry.value = boolean->get() ? "true" : "false";
  } else if (const auto* array = node.as_array();
             array != nullptr && (array->empty() || array->is_homogeneous<std::string>())) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) items.push_back(item.as_string()->get());
    entry.type = TomlType::kStringArray;
    entry.value = absl::StrJoin(items, ",");
  }
}

void Flatten(const toml::table& table, const std::string& prefix, std::vector<TomlEntry>& out) {
  for (const auto& [key, node] : table) {
    std::string name = absl::StrCat(prefix, std::string(key.str()));
    if (const toml::table* inner = node.as_table()) {
      Flatten(*inner, name + ".", out);
      continue;
    }
    TomlEntry entry;
    entry.key = std::move(name);
    entry.line = static_cast<int>(key.source().begin.line);
    entry.column = static_cast<int>(key.source().begin.column);
    SetValue(node, entry);
    out.push_back(std::move(entry));
  }
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::string text;
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file != nullptr) {
    char buffer[4096];
    while (size_t count = std::fread(buffer, 1, sizeof(buffer), file.get())) {
      text.append(buffer, count);
    }
  }
  if (file == nullptr || std::ferror(file.get())) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("can't read the configuration file: ", std::strerror(errno)))
        .At(path);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<TomlEntry>> ReadToml(const std::string& path) {
  BRANT_ASSIGN_OR_RETURN(std::string text, ReadWhole(path));
  std::vector<TomlEntry> entries;
  try {
    Flatten(toml::parse(text, path), "", entries);
  } catch (const toml::parse_error& error) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, std::string(error.description()))
        .At(path, static_cast<int>(error.source().begin.line),
            static_cast<int>(error.source().begin.column));
  }
  std::sort(entries.begin(), entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
    return std::make_pair(a.line, a.column) < std::make_pair(b.line, b.column);
  });
  return entries;
}

}  // namespace brant
