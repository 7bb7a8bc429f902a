#include "agent/schema/mysql/view_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

using ::testing::ElementsAre;

TEST(ViewTextTest, TakesTheDatabaseOut) {
  const ViewText text = ReadViewText(
      "select `app`.`t`.`id` AS `id`,'`app`.`t`' AS `app`,`app`.`f`(1) AS `x` from "
      "(`app`.`t` join `app`.`p` `q` on(`q`.`a` = `app`.`t`.`b`)) where `other`.`t`.`c`",
      "app");
  EXPECT_EQ(text.definition,
            "select `t`.`id` AS `id`,'`app`.`t`' AS `app`,`f`(1) AS `x` from "
            "(`t` join `p` `q` on(`q`.`a` = `t`.`b`)) where `other`.`t`.`c`");
  EXPECT_THAT(text.reads, ElementsAre("f", "p", "t"));
}

TEST(ViewTextTest, KeepsAnAliasThatIsCalledLikeTheDatabase) {
  EXPECT_EQ(ReadViewText("select `app`.`id` AS `id` from `app`.`t` `app`", "app").definition,
            "select `app`.`id` AS `id` from `t` `app`");
}

}  // namespace
}  // namespace brant::mysql
