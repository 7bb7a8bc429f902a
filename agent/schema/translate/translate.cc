#include "agent/schema/translate/translate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/schema/models/names.h"
#include "agent/schema/translate/expression.h"
#include "agent/schema/translate/table_translator.h"

namespace brant {
namespace {

void TranslateView(const View& view, const SchemaDriver& from, const SchemaDriver& to,
                   Translation& translation) {
  View result;
  result.name = TranslateName(view.name, to.dialect());
  auto leave_out = [&](absl::string_view why) {
    translation.notes.push_back(
        {result.name, "", absl::StrCat("the view is left out, because of ", why)});
  };
  if (view.materialized) return leave_out("what is materialized");
  const TranslatedSql query = TranslateQuery(view.definition, from.dialect(), to);
  if (!query.ok()) return leave_out(query.problem);
  for (const std::string& note : query.notes) translation.notes.push_back({result.name, "", note});
  if (const auto columns = view.options.find("columns"); columns != view.options.end()) {
    translation.notes.push_back(
        {result.name, "",
         absl::StrCat("the names of its columns are left out: ", columns->second)});
  }
  result.definition = query.sql;
  for (const ObjectName& name : view.reads) {
    result.reads.push_back(TranslateName(name, to.dialect()));
  }
  if (to.dialect() == Dialect::kPostgresql) result.comment = view.comment;
  translation.catalog.views.push_back(std::move(result));
}

}  // namespace

Translation Translate(const Catalog& catalog, const SchemaDriver& from, const SchemaDriver& to) {
  if (from.dialect() == to.dialect()) return {catalog, {}};
  Translation translation;
  translation.catalog.dialect = to.dialect();
  NamesInUse names;
  for (const Table& table : catalog.tables) {
    const ObjectName name = TranslateName(table.name, to.dialect());
    names.Add(name.schema, name.name);
  }
  for (const Table& table : catalog.tables) {
    translation.catalog.tables.push_back(
        TableTranslator(table, from, to, names, translation).Translate());
  }
  for (const Sequence& sequence : catalog.sequences) {
    translation.notes.push_back({TranslateName(sequence.name, to.dialect()), "",
                                 "the sequence is left out: other databases have none"});
  }
  for (const View& view : catalog.views) TranslateView(view, from, to, translation);
  SortByName(translation.catalog);
  return translation;
}

}  // namespace brant
