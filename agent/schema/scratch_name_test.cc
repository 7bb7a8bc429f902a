#include "agent/schema/scratch_name.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(ScratchNameTest, KnowsItsOwn) {
  EXPECT_TRUE(IsScratchName(NewScratchName()));
  EXPECT_TRUE(IsScratchName(NewScratchName("brant_scratch_0123abcd_"), "brant_scratch_0123abcd_"));
  EXPECT_TRUE(IsScratchName("brant_scratch_00000000000000af"));
  EXPECT_NE(NewScratchName(), NewScratchName());
}

TEST(ScratchNameTest, LeavesWhatOthersHaveNamed) {
  for (const char* name :
       {"brant_scratch_", "brant_scratch_main", "brant_scratch_00000000000000a",
        "brant_scratch_00000000000000aff", "brant_scratch_00000000000000AF",
        "brant_scratch_00000000000000ag", "brant_scratch_main_000000000000", "app"}) {
    EXPECT_FALSE(IsScratchName(name)) << name;
  }
  EXPECT_FALSE(IsScratchName(NewScratchName("brant_scratch_0123abcd_")));
}

}  // namespace
}  // namespace brant
