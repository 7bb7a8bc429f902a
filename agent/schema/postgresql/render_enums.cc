#include "agent/schema/postgresql/render_enums.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/postgresql/definitions.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {
namespace {

constexpr absl::string_view kOld = "brant_old_";

// Labels from the first on, each behind the one before it.
void Extend(const EnumType& from, const EnumType& to, std::vector<DdlStatement>& statements) {
  std::vector<std::string> there = from.labels;
  for (size_t i = 0; i < to.labels.size(); ++i) {
    const std::string& label = to.labels[i];
    if (absl::c_linear_search(there, label)) continue;
    std::string sql = absl::StrCat("ALTER TYPE ", QuotePostgresql(to.name), " ADD VALUE ",
                                   LiteralPostgresql(label));
    if (i > 0) {
      absl::StrAppend(&sql, " AFTER ", LiteralPostgresql(to.labels[i - 1]));
    } else if (!there.empty()) {
      absl::StrAppend(&sql, " BEFORE ", LiteralPostgresql(there.front()));
    }
    there.insert(there.begin() + i, label);
    statements.push_back({sql});
  }
}

std::string RemovedLabels(const EnumType& from, const EnumType& to) {
  std::vector<std::string> removed;
  for (const std::string& label : from.labels) {
    if (!absl::c_linear_search(to.labels, label)) removed.push_back(label);
  }
  if (removed.empty()) return "";
  return absl::StrCat("removes ", absl::StrJoin(removed, ", "), " from ", Describe(to.name),
                      ": this fails while rows have it; change them first");
}

}  // namespace

std::vector<DdlStatement> BeginEnumsPostgresql(const CatalogDiff& diff, const RenderPlan& plan) {
  std::vector<DdlStatement> statements;
  for (const Change<EnumType>& change : diff.enums) {
    if (change.added()) statements.push_back({CreateEnumPostgresql(*change.to)});
  }
  for (const Change<EnumType>& change : plan.extended_enums) {
    Extend(*change.from, *change.to, statements);
  }
  for (const Change<EnumType>& change : plan.replaced_enums) {
    statements.push_back(
        {absl::StrCat("ALTER TYPE ", QuotePostgresql(change.from->name), " RENAME TO ",
                      QuotePostgresql(absl::StrCat(kOld, change.from->name.name)))});
    statements.push_back(
        {CreateEnumPostgresql(*change.to), RemovedLabels(*change.from, *change.to)});
  }
  return statements;
}

std::vector<DdlStatement> EndEnumsPostgresql(const CatalogDiff& diff, const RenderPlan& plan) {
  std::vector<DdlStatement> statements;
  for (const Change<EnumType>& change : plan.replaced_enums) {
    const ObjectName old = {change.from->name.schema, absl::StrCat(kOld, change.from->name.name)};
    statements.push_back({absl::StrCat("DROP TYPE ", QuotePostgresql(old))});
  }
  for (const Change<EnumType>& change : diff.enums) {
    if (!change.dropped()) continue;
    statements.push_back({absl::StrCat("DROP TYPE ", QuotePostgresql(change.from->name))});
  }
  return statements;
}

}  // namespace brant
