#include "client/ui/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"
#include "client/ui/utf8.h"

namespace brant {

void Table::Add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = EscapeControl(cell);
  rows_.push_back(std::move(row));
}

std::string Table::Format() const {
  std::vector<int> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    int column = 0;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&text,
                      absl::StrReplaceAll(row[i], {{"\n", "\n" + std::string(column, ' ')}}));
      // Nothing after the last cell.
      if (i + 1 < row.size()) text.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
      column += widths[i] + 2;
    }
    text.push_back('\n');
  }
  return text;
}

}  // namespace brant
