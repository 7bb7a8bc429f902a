#include "agent/schema/postgresql/render_comments.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/postgresql/definitions.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {
namespace {

class Comments {
 public:
  explicit Comments(std::vector<DdlStatement>& statements) : statements_(statements) {}

  void Change(absl::string_view kind, const std::string& name, const std::string& from,
              const std::string& to) {
    if (from != to) statements_.push_back({CommentPostgresql(kind, name, to)});
  }

  void Change(const Table& table, const Column* from, const Column& to) {
    Change("COLUMN", absl::StrCat(QuotePostgresql(table.name), ".", QuotePostgresql(to.name)),
           from == nullptr ? "" : from->comment, to.comment);
  }

  void Created(const ObjectName& relation, const Index& index) {
    Change("INDEX", IndexNamePostgresql(relation, index.name), "", index.comment);
  }

  void Created(const Table& table) {
    Change("TABLE", QuotePostgresql(table.name), "", table.comment);
    for (const Column& column : table.columns) Change(table, nullptr, column);
    for (const Index& index : table.indexes) Created(table.name, index);
  }

  void Altered(const TablePlan& plan) {
    Change("TABLE", QuotePostgresql(plan.to->name), plan.from->comment, plan.to->comment);
    for (const Column& to : plan.to->columns) {
      const Column* from =
          plan.rebuilt.contains(to.name) ? nullptr : FindColumn(*plan.from, to.name);
      Change(*plan.to, from, to);
    }
    for (const Index* index : plan.indexes.add) Created(plan.to->name, *index);
    for (const Index* index : plan.commented) {
      statements_.push_back({CommentPostgresql(
          "INDEX", IndexNamePostgresql(plan.to->name, index->name), index->comment)});
    }
  }

  void Created(const View& view) {
    Change(view.materialized ? "MATERIALIZED VIEW" : "VIEW", QuotePostgresql(view.name), "",
           view.comment);
    for (const Index& index : view.indexes) Created(view.name, index);
  }

  // A view that stays; an index of it that differs is made anew.
  void Altered(const View& from, const View& to) {
    Change(to.materialized ? "MATERIALIZED VIEW" : "VIEW", QuotePostgresql(to.name), from.comment,
           to.comment);
    for (const Index& index : to.indexes) {
      if (!absl::c_linear_search(from.indexes, index)) Created(to.name, index);
    }
  }

 private:
  std::vector<DdlStatement>& statements_;
};

}  // namespace

std::vector<DdlStatement> CommentsPostgresql(const CatalogDiff& diff, const RenderPlan& plan) {
  std::vector<DdlStatement> statements;
  Comments comments(statements);
  for (const Change<EnumType>& change : diff.enums) {
    if (change.dropped()) continue;
    const bool is_new =
        change.added() || absl::c_any_of(plan.replaced_enums,
                                         [&](const auto& other) { return other.to == change.to; });
    comments.Change("TYPE", QuotePostgresql(change.to->name), is_new ? "" : change.from->comment,
                    change.to->comment);
  }
  for (const Change<Sequence>& change : diff.sequences) {
    if (change.dropped()) continue;
    comments.Change("SEQUENCE", QuotePostgresql(change.to->name),
                    change.added() ? "" : change.from->comment, change.to->comment);
  }
  for (const Table* table : plan.created_tables) comments.Created(*table);
  for (const TablePlan& table : plan.tables) comments.Altered(table);
  for (const View* view : plan.created_views) comments.Created(*view);
  for (const Change<View>& change : diff.views) {
    if (change.added() || change.dropped() ||
        absl::c_linear_search(plan.created_views, change.to)) {
      continue;
    }
    comments.Altered(*change.from, *change.to);
  }
  return statements;
}

}  // namespace brant
