#include "agent/schema/sqlite/driver.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/open.h"
#include "agent/schema/scratch.h"
#include "agent/schema/sqlite/introspect.h"
#include "agent/schema/sqlite/render.h"
#include "agent/schema/sqlite/tokens.h"
#include "agent/schema/sqlite/types.h"

namespace brant {
namespace {

// What would leave the database in memory.
std::string ReasonToRefuse(absl::string_view statement) {
  const std::vector<SqliteToken> tokens = TokenizeSqlite(statement);
  if (tokens.empty()) return "";
  for (absl::string_view word : {"ATTACH", "DETACH", "VACUUM"}) {
    if (tokens[0].IsWord(word)) return absl::StrCat(word, " reaches files");
  }
  return "";
}

}  // namespace

absl::StatusOr<Catalog> SqliteSchemaDriver::Introspect(Session& session,
                                                       const Selection& selection) const {
  return IntrospectSqlite(session, selection);
}

absl::StatusOr<Catalog> SqliteSchemaDriver::Evaluate(Database&, const std::vector<Script>& scripts,
                                                     const Selection& selection,
                                                     CancelToken& cancel) const {
  DatabaseUrl in_memory;
  in_memory.dialect = Dialect::kSqlite;
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Database> scratch, OpenDatabase(in_memory));
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, scratch->Connect({}));
  const CancelToken::Attachment attachment(cancel, *session);
  BRANT_ASSIGN_OR_RETURN(const std::vector<ScratchStatement> statements,
                         ReadScripts(Dialect::kSqlite, scripts, ReasonToRefuse));
  BRANT_RETURN_IF_ERROR(ExecuteStatements(*session, statements, cancel));
  return IntrospectSqlite(*session, selection);
}

DdlScript SqliteSchemaDriver::Render(const CatalogDiff& diff) const { return RenderSqlite(diff); }

DataType SqliteSchemaDriver::ReadType(absl::string_view native) const {
  return ReadSqliteType(native);
}

std::string SqliteSchemaDriver::WriteType(const DataType& type) const {
  return WriteSqliteType(type);
}

std::string SqliteSchemaDriver::Quote(absl::string_view identifier) const {
  return QuoteSqlite(identifier);
}

}  // namespace brant
