// Triggers, which are not compared, outlive what is made anew under them.

#include <gmock/gmock.h>

#include <string>

#include "tests/integration/schema/postgresql_schema_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFunction[] =
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; ";
constexpr char kTrigger[] =
    "CREATE TRIGGER g BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f(); ";

class TriggerTest : public PostgresqlSchemaTest {
 protected:
  // There and back, between what the database has and `desired`.
  std::string ThereAndBack(const std::string& desired, const std::vector<Rename>& renames = {}) {
    const auto from = Introspect();
    EXPECT_TRUE(from.ok()) << Explain(from.status());
    const auto to = Evaluate(desired);
    EXPECT_TRUE(to.ok()) << Explain(to.status());
    if (!from.ok() || !to.ok()) return "";
    const auto there = Migrate(*from, *to, renames);
    EXPECT_TRUE(there.ok()) << Explain(there.status());
    on_the_way_ = Triggers();
    const auto back = Migrate(*to, *from, Reverse(renames));
    EXPECT_TRUE(back.ok()) << Explain(back.status());
    return there.ok() ? ToText(*there) : "";
  }

  // Their names and states.
  std::string Triggers() {
    const auto rows = session_->Query(
        "SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY tgname) FROM pg_trigger "
        "WHERE NOT tgisinternal");
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? (*rows)[0][0].value_or("") : "";
  }

  std::string on_the_way_;
};

TEST_F(TriggerTest, KeepTheirStates) {
  ASSERT_TRUE(Run(absl::StrCat("CREATE TABLE a (b int); ", kFunction, R"(
      CREATE TRIGGER d BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f();
      CREATE TRIGGER r BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f();
      CREATE TRIGGER "All" BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f();
      CREATE TRIGGER o BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f();
      ALTER TABLE a DISABLE TRIGGER d; ALTER TABLE a ENABLE REPLICA TRIGGER r;
      ALTER TABLE a ENABLE ALWAYS TRIGGER "All")"))
                  .ok());
  const std::string states = Triggers();
  EXPECT_EQ(states, "AllA dD oO rR");
  const std::string sql = ThereAndBack("CREATE TABLE a (b bigint);");
  EXPECT_THAT(sql, HasSubstr("DISABLE TRIGGER d;"));
  EXPECT_EQ(on_the_way_, states);
  EXPECT_EQ(Triggers(), states);
}

TEST_F(TriggerTest, OfTheDesiredSchemaAloneStandInNobodysWay) {
  ASSERT_TRUE(Run(absl::StrCat("CREATE TABLE a (b int); ", kFunction)).ok());
  const std::string sql =
      ThereAndBack(absl::StrCat("CREATE TABLE a (b bigint); ", kFunction, kTrigger));
  EXPECT_THAT(sql, HasSubstr("DROP TRIGGER IF EXISTS g ON a"));
}

TEST_F(TriggerTest, OfBothSidesAreThere) {
  const std::string rest = absl::StrCat(kFunction, kTrigger);
  ASSERT_TRUE(Run(absl::StrCat("CREATE TABLE a (b int); ", rest)).ok());
  EXPECT_THAT(ThereAndBack(absl::StrCat("CREATE TABLE a (b bigint); ", rest)),
              HasSubstr("DROP TRIGGER g ON a"));
  EXPECT_EQ(Triggers(), "gO");
}

TEST_F(TriggerTest, FollowARename) {
  ASSERT_TRUE(Run(absl::StrCat("CREATE TABLE a (b int); ", kFunction,
                               "CREATE TRIGGER b BEFORE UPDATE OF b ON a FOR EACH ROW "
                               "WHEN (old.b <> new.b) EXECUTE FUNCTION f()"))
                  .ok());
  const std::string sql = ThereAndBack("CREATE TABLE \"A\" (\"B\" bigint);",
                                       {{{"", "a"}, "b", "B"}, {{"", "a"}, "", "A"}});
  EXPECT_THAT(sql, HasSubstr("CREATE TRIGGER b BEFORE UPDATE OF \"B\" ON public.\"A\" FOR EACH "
                             "ROW WHEN ((old.\"B\" <> new.\"B\"))"));
  EXPECT_EQ(on_the_way_, "bO");
  EXPECT_EQ(Triggers(), "bO");
}

TEST_F(TriggerTest, OfATableThatIsMadeAnew) {
  ASSERT_TRUE(Run(absl::StrCat("CREATE TABLE a (b int) PARTITION BY HASH (b); ", kFunction,
                               "CREATE TRIGGER g AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION "
                               "f(); ALTER TABLE a DISABLE TRIGGER g"))
                  .ok());
  ThereAndBack("CREATE TABLE a (b int);");
  EXPECT_EQ(on_the_way_, "gD");
  EXPECT_EQ(Triggers(), "gD");
}

TEST_F(TriggerTest, OfAView) {
  ASSERT_TRUE(
      Run(absl::StrCat("CREATE TABLE a (b int); CREATE VIEW v AS SELECT b FROM a; ", kFunction,
                       "CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE "
                       "FUNCTION f()"))
          .ok());
  EXPECT_THAT(ThereAndBack("CREATE TABLE a (b bigint); CREATE VIEW v AS SELECT b FROM a;"),
              Not(HasSubstr("triggers")));
  EXPECT_EQ(on_the_way_, "gO");
  EXPECT_EQ(Triggers(), "gO");
}

TEST_F(TriggerTest, ThatNameAColumnAreMarkedWhereItIsDropped) {
  ASSERT_TRUE(Run(absl::StrCat("CREATE TABLE a (b int, c int, f int, v int); ", kFunction, kTrigger,
                               "CREATE TRIGGER c BEFORE INSERT ON a FOR EACH ROW "
                               "WHEN (new.v > 1) EXECUTE FUNCTION f()"))
                  .ok());
  const auto from = Introspect();
  ASSERT_TRUE(from.ok()) << Explain(from.status());
  const auto to = Evaluate("CREATE TABLE a (d int)");
  ASSERT_TRUE(to.ok()) << Explain(to.status());
  EXPECT_THAT(ToText(driver_.Render(*Diff(*from, *to))),
              HasSubstr("-- REVIEW: the trigger g names a.b: PostgreSQL refuses this; drop it "
                        "before and make it anew; the trigger c names a.v: PostgreSQL refuses "
                        "this; drop it before and make it anew\nALTER TABLE a"));
}

TEST_F(TriggerTest, OfANewTableAreMarkedBesideANewView) {
  ASSERT_TRUE(Run("CREATE TABLE o (x int); CREATE VIEW w AS SELECT x FROM o").ok());
  const auto from = Introspect();
  ASSERT_TRUE(from.ok()) << Explain(from.status());
  const auto to =
      Evaluate(absl::StrCat("CREATE TABLE o (x int); CREATE VIEW w AS SELECT x + 1 AS x FROM o; "
                            "CREATE TABLE a (b int); CREATE VIEW v AS SELECT b FROM a; ",
                            kFunction, kTrigger));
  ASSERT_TRUE(to.ok()) << Explain(to.status());
  EXPECT_THAT(ToText(driver_.Render(*Diff(*from, *to))),
              HasSubstr("-- REVIEW: its triggers are not made here: g\nCREATE TABLE a"));
}

}  // namespace
}  // namespace brant
