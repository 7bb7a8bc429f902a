#include "client/flags.h"

#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FlagsTest : public ::testing::Test {
 protected:
  absl::Status Parse(const std::vector<std::string>& words) {
    auto globals = [this](Flags& flags) {
      flags.Text("-c,--config", "FILE", &config, "Configuration");
      flags.Switch("-q,--quiet", &quiet, "Say less");
    };
    auto walk = [this](Flags& flags) {
      flags.Argument("TARGET", &target, true, "Where to go");
      flags.Seconds("--lock-wait", &seconds, "How long");
      flags.Choice("--transaction", {"step", "all"}, &transaction, "How");
    };
    std::vector<CommandSpec> commands = {
        {"upgrade", "Go up", walk},
        {"downgrade", "Go down", walk},
        {"history", "List",
         [this](Flags& flags) {
           flags.Text("-r,--rev-range", "RANGE", &range, "Which");
           flags.Switch("-v,--verbose", &verbose, "More");
         }},
        {"merge", "Join",
         [this](Flags& flags) {
           flags.Arguments("REVISIONS", &revisions, true, "Which");
           flags.Text("-m,--message", "TEXT", &message, "Why");
           flags.List("--depends-on", "REVISION", &depends_on, "What first");
         }},
        {"current", "Show", [](Flags&) {}},
    };
    absl::StatusOr<ParsedCommand> parsed = ParseCommandLine(words, globals, commands);
    if (!parsed.ok()) return parsed.status();
    command = parsed->command < 0 ? "" : commands[parsed->command].name;
    text = parsed->text;
    return absl::OkStatus();
  }

  std::string config, target, range, message, transaction, command, text;
  std::vector<std::string> revisions, depends_on;
  bool quiet = false, verbose = false;
  double seconds = -1;
};

TEST_F(FlagsTest, AnEmptyValueIsAnError) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"merge", "a", "-m", ""},
                                             {"merge", "--message=", "a"},
                                             {"merge", "a", "--depends-on", ""},
                                             {"current", "--config", ""}}) {
    EXPECT_THAT(std::string(Parse(words).message()), HasSubstr(" is empty"));
  }
}

TEST_F(FlagsTest, NegativeTargetsAreNoFlags) {
  ASSERT_TRUE(Parse({"downgrade", "-1"}).ok());
  EXPECT_EQ(target, "-1");
  ASSERT_TRUE(Parse({"downgrade", "-12"}).ok());
  EXPECT_EQ(target, "-12");
  ASSERT_TRUE(Parse({"downgrade", "--", "-1"}).ok());
  EXPECT_EQ(target, "-1");
  ASSERT_TRUE(Parse({"downgrade", "accounts@-1"}).ok());
  EXPECT_EQ(target, "accounts@-1");
  ASSERT_TRUE(Parse({"upgrade", "+1"}).ok());
  EXPECT_EQ(target, "+1");
}

TEST_F(FlagsTest, NegativeRangesInEverySpelling) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"history", "-r-3:"},
                                             {"history", "-r", "-3:"},
                                             {"history", "--rev-range", "-3:"},
                                             {"history", "--rev-range=-3:"}}) {
    range.clear();
    ASSERT_TRUE(Parse(words).ok()) << words[1];
    EXPECT_EQ(range, "-3:") << words[1];
  }
}

TEST_F(FlagsTest, GlobalFlagsOnBothSidesOfTheCommand) {
  ASSERT_TRUE(Parse({"-c", "a.toml", "upgrade", "head", "-q"}).ok());
  EXPECT_EQ(config, "a.toml");
  EXPECT_TRUE(quiet);
  EXPECT_EQ(target, "head");
  ASSERT_TRUE(Parse({"upgrade", "head", "--config=b.toml"}).ok());
  EXPECT_EQ(config, "b.toml");
}

TEST_F(FlagsTest, TargetsThatAreNamesOfCommands) {
  ASSERT_TRUE(Parse({"upgrade", "current"}).ok());
  EXPECT_EQ(command, "upgrade");
  EXPECT_EQ(target, "current");
  ASSERT_TRUE(Parse({"merge", "merge", "history"}).ok());
  EXPECT_THAT(revisions, ElementsAre("merge", "history"));
}

TEST_F(FlagsTest, TextsAreTakenAsTheyAre) {
  for (const char* said : {"[fix], really", "-fix", "-1 day", "a=b", "--x", "it's \"quoted\""}) {
    ASSERT_TRUE(Parse({"merge", "heads", "-m", said}).ok()) << said;
    EXPECT_EQ(message, said);
  }
}

TEST_F(FlagsTest, ListsByRepetitionAndByComma) {
  ASSERT_TRUE(Parse({"merge", "--depends-on", "a,b", "--depends-on=c", "x", "y"}).ok());
  EXPECT_THAT(depends_on, ElementsAre("a", "b", "c"));
  EXPECT_THAT(revisions, ElementsAre("x", "y"));
}

TEST_F(FlagsTest, BadValuesAreNamed) {
  EXPECT_THAT(DescribeError(Parse({"upgrade", "head", "--lock-wait", "soon"})),
              HasSubstr("'soon' is not a number of seconds"));
  EXPECT_THAT(DescribeError(Parse({"upgrade", "head", "--lock-wait", "-1"})),
              HasSubstr("'-1' is not a number of seconds"));
  EXPECT_THAT(DescribeError(Parse({"upgrade", "head", "--transaction", "both"})),
              HasSubstr("'both' is none of step, all"));
}

TEST_F(FlagsTest, MistakesAreUsageErrorsWithAHint) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {}, {"upgrade"}, {"upgrade", "a", "b"}, {"upgrade", "a", "--no-such"}, {"--no-such"}}) {
    absl::Status status = Parse(words);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
    EXPECT_THAT(DescribeError(status), HasSubstr("--help' shows"));
    EXPECT_THAT(DescribeError(status), Not(HasSubstr("\\x01")));
  }
  EXPECT_THAT(DescribeError(Parse({"upgrade", "a", "-2"})), HasSubstr("expected: -2"));
}

TEST_F(FlagsTest, UnknownCommandsSuggestTheNearest) {
  EXPECT_THAT(DescribeError(Parse({"upgarde", "head"})), HasSubstr("did you mean 'upgrade'?"));
  EXPECT_THAT(DescribeError(Parse({"frobnicate"})), HasSubstr("there is no command 'frobnicate'"));
}

TEST_F(FlagsTest, HelpOfTheProgramAndOfACommand) {
  ASSERT_TRUE(Parse({"--help"}).ok());
  EXPECT_THAT(text, HasSubstr("downgrade"));
  EXPECT_THAT(command, IsEmpty());
  ASSERT_TRUE(Parse({"upgrade", "--help"}).ok());
  EXPECT_THAT(text, HasSubstr("--lock-wait"));
  ASSERT_TRUE(Parse({"help", "upgrade"}).ok());
  EXPECT_THAT(text, HasSubstr("--lock-wait"));
}

}  // namespace
}  // namespace brant
