#include "agent/database/mysql/temporary_tables.h"

#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {

std::string CreatedTemporaryTable(absl::string_view statement) {
  TokenReader reader(statement);
  reader.SkipSetStatement();
  if (!reader.ConsumeWord("create")) return "";
  if (reader.ConsumeWord("or") && !reader.ConsumeWord("replace")) return "";
  if (!reader.ConsumeWord("temporary") || !reader.ConsumeWord("table")) return "";
  if (reader.ConsumeWord("if") && (!reader.ConsumeWord("not") || !reader.ConsumeWord("exists"))) {
    return "";
  }
  return reader.ConsumeName();
}

}  // namespace brant::mysql
