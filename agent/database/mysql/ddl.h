// What a statement that commits by itself leaves to be seen in the catalogue.

#ifndef BRANT_AGENT_DATABASE_MYSQL_DDL_H_
#define BRANT_AGENT_DATABASE_MYSQL_DDL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace brant::mysql {

struct Ddl {
  enum class Trace {
    // None that can be told from what others do: it stays in doubt.
    kNone,
    // None is needed: running it again ends the same (IF NOT EXISTS, OR REPLACE
    // of what holds no data, GRANT).
    kRepeatable,
    // Each of the names comes or goes.
    kExistence,
    // The definition of one table changes, or running it again ends the same
    // (ENGINE = InnoDB).
    kDefinition,
    // Only the storage of one table is made anew (TRUNCATE).
    kStorage,
    // Tables swap their names.
    kSwap,
  };
  Trace trace = Trace::kNone;
  // As SHOW CREATE takes it; views and sequences are shown as a TABLE.
  absl::string_view object = "TABLE";
  // As they are written, with qualifiers and quotes.
  std::vector<std::string> names;
  // The names of one DROP: the server drops one after the other, so that only
  // all or none of them tell.
  bool one_by_one = false;
};

// Conditional comments are taken as code, and SET STATEMENT … FOR is skipped.
Ddl ReadDdl(absl::string_view statement);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_DDL_H_
