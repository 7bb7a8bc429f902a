#include "agent/schema/compare/sides.h"

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "agent/schema/renames.h"

namespace brant {
namespace {

// A server may write an expression in more than one way, but not a literal or a
// name.
bool IsPlain(const std::string& expression) { return !absl::StrContains(expression, '('); }

bool MayBeEqual(const std::string& from, const std::string& to) {
  return from != to && !from.empty() && !to.empty() && !(IsPlain(from) && IsPlain(to));
}

bool MayBeEqual(const Change<Column>& change) {
  if (change.added() || change.dropped()) return false;
  return MayBeEqual(change.from->default_value.value_or(""),
                    change.to->default_value.value_or("")) ||
         MayBeEqual(change.from->generated, change.to->generated);
}

bool HasExpression(const Index& index) {
  return !index.predicate.empty() || absl::c_any_of(index.parts, [](const IndexPart& part) {
    return !part.expression.empty();
  });
}

bool MayBeEqual(const Change<Index>& change) {
  return !change.added() && !change.dropped() && HasExpression(*change.from) &&
         HasExpression(*change.to);
}

// Something may differ in its text alone.
bool MayDifferInTextOnly(const CatalogDiff& diff) {
  const auto both = [](const auto& changes) {
    return absl::c_any_of(changes, [](const auto& change) { return change.from != nullptr; }) &&
           absl::c_any_of(changes, [](const auto& change) { return change.to != nullptr; });
  };
  return both(diff.views) || absl::c_any_of(diff.altered_tables, [&both](const TableChange& table) {
           return both(table.checks) || both(table.exclusions) ||
                  absl::c_any_of(table.columns,
                                 [](const auto& change) { return MayBeEqual(change); }) ||
                  absl::c_any_of(table.indexes,
                                 [](const auto& change) { return MayBeEqual(change); });
         });
}

void KeepTriggers(const Catalog& original, Catalog& evaluated) {
  for (Table& table : evaluated.tables) {
    const Table* before = FindTable(original, table.name);
    if (before != nullptr) table.triggers = before->triggers;
  }
}

}  // namespace

absl::Status Settle(Database& server, const Selection& selection, CancelToken& cancel,
                    Sides& sides) {
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, sides.There());
  if (!MayDifferInTextOnly(diff)) return absl::OkStatus();
  const auto evaluate = [&](const Catalog& catalog) -> absl::StatusOr<Catalog> {
    BRANT_ASSIGN_OR_RETURN(std::string sql, WriteSchema(catalog));
    return DriverFor(catalog.dialect)
        .Evaluate(server, {{"the schema", std::move(sql)}}, selection, cancel);
  };
  absl::StatusOr<Catalog> from = evaluate(*diff.from);
  // It may refer to what is not selected. Then the text as it is must do.
  if (ReasonOf(from.status()) == v1::ERROR_REASON_STATEMENT_FAILED) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(from.status());
  absl::StatusOr<Catalog> to = evaluate(sides.to);
  if (ReasonOf(to.status()) == v1::ERROR_REASON_STATEMENT_FAILED) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(to.status());
  KeepTriggers(*diff.from, *from);
  BRANT_ASSIGN_OR_RETURN(sides.from, ApplyRenames(*from, Reverse(sides.renames)));
  sides.to = *std::move(to);
  return absl::OkStatus();
}

}  // namespace brant
