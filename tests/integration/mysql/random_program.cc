#include "tests/integration/mysql/random_program.h"

#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace brant {
namespace {

class Generator {
 public:
  explicit Generator(int seed) : random_(static_cast<unsigned>(seed)) {}

  std::string Script() {
    std::string script;
    const int count = 1 + Below(6);
    for (int i = 0; i < count; ++i) {
      // The server answers a comment behind the last semicolon as well.
      const std::string behind = Pick({"", "\n", " -- ;\n", "/*;*/"});
      absl::StrAppend(&script, Spread(TopLevel()), ";", i + 1 < count ? behind : "");
    }
    return script;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  std::string Pick(const std::vector<std::string>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))];
  }

  // Blanks and comments in place of each mark.
  std::string Spread(const std::string& text) {
    std::string spread;
    for (absl::string_view piece : absl::StrSplit(text, '~')) {
      if (!spread.empty()) {
        absl::StrAppend(
            &spread, Pick({" ", " ", " ", "\n", "\t", "\r\n", " /* ; it's */ ", " -- END; don't\n",
                           " # BEGIN \" `\n", "/**/", " /*Map ' */ ", " --\n"}));
      }
      absl::StrAppend(&spread, piece);
    }
    return spread;
  }

  std::string TopLevel() {
    const std::string name = absl::StrCat("r", Below(1000));
    const std::string replace =
        Pick({"CREATE~OR~REPLACE~", "CREATE~OR~REPLACE~DEFINER=CURRENT_USER~"});
    switch (Below(6)) {
      case 0:
        return absl::StrCat(replace, "PROCEDURE~", name, "(IN~`begin`~INT)~", Body(3));
      case 1:
        return absl::StrCat(replace, "PROCEDURE~", name, "()~COMMENT~'begin; end'~", Statement(3));
      case 2:
        return absl::StrCat(
            replace, "FUNCTION~", name,
            "(a~INT)~RETURNS~VARCHAR(20)~CHARACTER~SET~utf8mb4~DETERMINISTIC~",
            Pick({"RETURN~" + Expression(3), "BEGIN~RETURN~" + Expression(2) + ";~END"}));
      case 3:
        return absl::StrCat("BEGIN~NOT~ATOMIC~DECLARE~a~INT;~IF~0~THEN~", List(3), "END~IF;~END");
      case 4:
        return absl::StrCat("/*!50003~CREATE~OR~REPLACE~*/~/*M!100000~PROCEDURE~", name, "()~",
                            Body(2), "~*/");
      default:
        return absl::StrCat("SELECT~", Expression(3));
    }
  }

  std::string Body(int depth) {
    const std::string label = Label();
    return absl::StrCat(label, Pick({":~", ":"}), "BEGIN~", Declarations(depth), List(depth), "END",
                        Pick({"", "~" + label}));
  }

  std::string Label() {
    const int number = ++labels_;
    return Pick({absl::StrCat("source", number), absl::StrCat("`my label;", number, "`")});
  }

  std::string Declarations(int depth) {
    std::string text = Pick({"", "DECLARE~v~INT~DEFAULT~" + Expression(1) + ";~"});
    if (Below(3) == 0) absl::StrAppend(&text, "DECLARE~c~CURSOR~FOR~SELECT~", Expression(1), ";~");
    if (Below(2) == 0) {
      absl::StrAppend(
          &text, "DECLARE~", Pick({"CONTINUE", "EXIT"}), "~HANDLER~FOR~",
          Pick({"NOT~FOUND", "1062,~SQLEXCEPTION", "SQLSTATE~VALUE~'23000'", "SQLWARNING"}), "~",
          Statement(depth - 1), ";~");
    }
    return text;
  }

  std::string List(int depth) {
    std::string text;
    for (int i = 1 + Below(3); i > 0; --i) absl::StrAppend(&text, Statement(depth), ";~");
    return text;
  }

  std::string Statement(int depth) {
    if (depth <= 0) return Simple();
    switch (Below(10)) {
      case 0:
        return Body(depth - 1);
      case 1:
        return absl::StrCat("IF~", Expression(2), "~THEN~", List(depth - 1), "ELSEIF(1)THEN~",
                            List(depth - 1), "ELSE~", List(depth - 1), "END~IF");
      case 2:
        return absl::StrCat("CASE~", Expression(1), "~WHEN~", Expression(1), "~THEN~",
                            List(depth - 1), "ELSE~BEGIN~END;~END~CASE");
      case 3:
        return absl::StrCat("CASE~WHEN~", Expression(2), "~THEN~", List(depth - 1), "END~CASE");
      case 4:
        return absl::StrCat("LOOP~", List(depth - 1), "END~LOOP");
      case 5:
        return absl::StrCat("WHILE~", Expression(2), "~DO~", List(depth - 1), "END~WHILE");
      case 6:
        return absl::StrCat("REPEAT~", List(depth - 1), "UNTIL~", Expression(2), "~END~REPEAT");
      case 7:
        return absl::StrCat("FOR~i~IN~1..3~DO~", List(depth - 1), "END~FOR");
      default:
        return Simple();
    }
  }

  std::string Simple() {
    return Pick({"SET~@end~=~" + Expression(2),
                 "SELECT~begin,~end,~t.`end`,~t.case~FROM~t~FOR~UPDATE", "DO~" + Expression(1),
                 "UPDATE~t~SET~t.end~=~" + Expression(2) + "~WHERE~`if`~=~1",
                 "DROP~TABLE~IF~EXISTS~nothing", "BEGIN~END",
                 "INSERT~INTO~t~(end,~begin)~VALUES~(" + Expression(1) + ",~REPEAT('x',~2))",
                 "IF(1)THEN~SET~@a~=~IF(1,~2,~3);~END~IF",
                 "CREATE~TEMPORARY~TABLE~IF~NOT~EXISTS~e~(begin~INT,~end~INT)"});
  }

  std::string Expression(int depth) {
    if (depth <= 0) {
      return Pick({"1", "'a;b'", "'it''s'", "'it\\'s;'", "\"q;'\"", "@end", "@`case;`", "NULL",
                   "5--3", "'END;'", "'-- '", "'/*'"});
    }
    return Pick({Expression(0), "(" + Expression(depth - 1) + ")",
                 "CASE~WHEN~" + Expression(depth - 1) + "~THEN~" + Expression(0) + "~END",
                 "CASE~" + Expression(0) + "~WHEN~" + Expression(depth - 1) + "~THEN~" +
                     Expression(0) + "~ELSE~" + Expression(depth - 1) + "~END",
                 "IF(" + Expression(depth - 1) + ",~" + Expression(0) + ",~2)",
                 "REPEAT(" + Expression(0) + ",~2)",
                 "CASE(1)WHEN(2)THEN(3)END~+~" + Expression(depth - 1)});
  }

  std::mt19937 random_;
  int labels_ = 0;
};

}  // namespace

std::string RandomProgram(int seed) { return Generator(seed).Script(); }

}  // namespace brant
