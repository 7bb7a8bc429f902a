#ifndef BRANT_CLIENT_UI_TABLE_H_
#define BRANT_CLIENT_UI_TABLE_H_

#include <string>
#include <vector>

namespace brant {

// Rows of cells whose columns line up, two spaces apart. Control characters
// become visible; a cell's further lines begin below its first one.
class Table {
 public:
  void Add(std::vector<std::string> row);
  std::string Format() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_UI_TABLE_H_
