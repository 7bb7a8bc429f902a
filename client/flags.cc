#include "client/flags.h"

#include <algorithm>
#include <memory>
#include <utility>

// CLI11 is included here and nowhere else.
#include <CLI/CLI.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// Stands before a word that looks like a flag to CLI11 and is none.
constexpr char kShield = '\x01';

std::string Shield(const std::string& word) {
  const bool value = word.size() > 1 && word[0] == '-' && absl::ascii_isdigit(word[1]);
  return value ? kShield + word : word;
}

std::string Unshield(std::string word) {
  word.erase(std::remove(word.begin(), word.end(), kShield), word.end());
  return word;
}

// Meant by nobody: a script's variable was not set.
std::string NotEmpty(const std::string& names, const std::string& value) {
  if (!value.empty()) return Unshield(value);
  throw CLI::ValidationError(absl::StrCat(names.substr(names.rfind(',') + 1),
                                          " is empty: give it a value, or leave it out"));
}

class CliFlags : public Flags {
 public:
  explicit CliFlags(CLI::App& app) : app_(app) {}

  void Switch(const std::string& names, bool* target, const std::string& help) override {
    app_.add_flag(names, *target, help);
  }

  void Text(const std::string& names, const std::string& value_name, std::string* target,
            const std::string& help) override {
    app_.add_option_function<std::string>(
            names, [=](const std::string& value) { *target = NotEmpty(names, value); }, help)
        ->type_name(value_name);
  }

  void List(const std::string& names, const std::string& value_name,
            std::vector<std::string>* target, const std::string& help) override {
    app_.add_option_function<std::vector<std::string>>(
            names,
            [=](const std::vector<std::string>& values) {
              for (const std::string& value : values) {
                NotEmpty(names, value);
                for (absl::string_view part : absl::StrSplit(value, ',', absl::SkipWhitespace())) {
                  target->push_back(Unshield(std::string(absl::StripAsciiWhitespace(part))));
                }
              }
            },
            help)
        ->type_name(value_name)
        ->allow_extra_args(false);
  }

  void Choice(const std::string& names, const std::vector<std::string>& choices,
              std::string* target, const std::string& help) override {
    app_.add_option_function<std::string>(
            names,
            [=](const std::string& value) {
              if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
                throw CLI::ValidationError(
                    names, absl::StrCat("'", Unshield(value), "' is none of ",
                                        absl::StrJoin(choices, ", "),
                                        value == "json" ? "; --output json prints JSON" : ""));
              }
              *target = value;
            },
            help)
        ->type_name(absl::StrJoin(choices, "|"));
  }

  void Seconds(const std::string& names, double* target, const std::string& help) override {
    app_.add_option_function<std::string>(
            names,
            [=](const std::string& text) {
              double value;
              // The bound keeps the value within what deadlines can express.
              if (!absl::SimpleAtod(Unshield(text), &value) || !(value >= 0) || value > 1e9) {
                throw CLI::ValidationError(
                    names, absl::StrCat("'", Unshield(text), "' is not a number of seconds"));
              }
              *target = value;
            },
            help)
        ->type_name("SECONDS");
  }

  void Count(const std::string& names, int64_t* target, const std::string& help) override {
    app_.add_option_function<std::string>(
            names,
            [=](const std::string& text) {
              int64_t value;
              if (!absl::SimpleAtoi(Unshield(text), &value) || value < 0) {
                throw CLI::ValidationError(
                    names, absl::StrCat("'", Unshield(text), "' is not a number from 0 up"));
              }
              *target = value;
            },
            help)
        ->type_name("N");
  }

  void Argument(const std::string& name, std::string* target, bool required,
                const std::string& help) override {
    app_.add_option_function<std::string>(
            name, [target](const std::string& value) { *target = Unshield(value); }, help)
        ->required(required)
        ->option_text(" ");
  }

  void Arguments(const std::string& name, std::vector<std::string>* target, bool required,
                 const std::string& help) override {
    app_.add_option_function<std::vector<std::string>>(
            name,
            [target](const std::vector<std::string>& values) {
              for (const std::string& value : values) target->push_back(Unshield(value));
            },
            help)
        ->required(required)
        ->option_text(" ");
  }

  void Examples(const std::string& text) override { app_.footer("Examples:\n" + text); }

 private:
  CLI::App& app_;
};

// Edits (insert, delete, replace) from one word to another.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

absl::Status UnknownCommand(const std::string& word, const std::vector<CommandSpec>& commands) {
  std::string hint = "'brant --help' lists the commands";
  size_t best = 3;
  for (const CommandSpec& command : commands) {
    if (size_t distance = Distance(word, command.name); distance < best) {
      best = distance;
      hint = absl::StrCat("did you mean '", command.name, "'?");
    }
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST, absl::StrCat("there is no command '", word, "'"))
      .Hint(hint);
}

absl::Status UsageError(const CLI::App& app, const std::vector<CommandSpec>& commands,
                        const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    // The first word that is no flag was meant as the command.
    for (const std::string& word : app.remaining()) {
      if (!absl::StartsWith(word, "-")) return UnknownCommand(Unshield(word), commands);
    }
  }
  // CLI11 begins with the command's name, which the hint repeats.
  std::string message = Unshield(error.what());
  std::string command = "brant";
  if (!chosen.empty()) {
    absl::StrAppend(&command, " ", chosen[0]->get_name());
    const std::string prefix = chosen[0]->get_name() + ": ";
    if (absl::StartsWith(message, prefix)) message.erase(0, prefix.size());
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST, message)
      .Hint(absl::StrCat("'", command, " --help' shows how it is used"));
}

// The words in the spelling that CLI11 reads as they are meant.
std::vector<std::string> Normalize(std::vector<std::string> words) {
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  std::vector<std::string> out;
  for (std::string& word : words) {
    // CLI11 takes the next word for the value of `--flag=`.
    if (absl::StartsWith(word, "--") && word.size() > 3 && absl::EndsWith(word, "=")) {
      out.push_back(word.substr(0, word.size() - 1));
      out.emplace_back();
    } else {
      out.push_back(Shield(word));
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<ParsedCommand> ParseCommandLine(const std::vector<std::string>& words,
                                               const std::function<void(Flags&)>& declare_globals,
                                               const std::vector<CommandSpec>& commands) {
  CLI::App app("Applies schema migrations, alone or through an agent.", "brant");
  auto formatter = std::make_shared<CLI::Formatter>();
  formatter->column_width(34);
  formatter->label("Positionals", "Arguments");
  formatter->label("Subcommands", "Commands");
  app.formatter(formatter);
  app.set_help_flag("-h,--help", "Show this help and exit");
  app.require_subcommand(1);
  CliFlags globals(app);
  declare_globals(globals);

  std::vector<CLI::App*> subcommands;
  for (const CommandSpec& command : commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->fallthrough();
    sub->group("Commands");
    sub->footer("'brant --help' shows the options that every command takes.");
    sub->preparse_callback([sub, &command](size_t) {
      CliFlags flags(*sub);
      command.declare(flags);
    });
    subcommands.push_back(sub);
  }

  std::vector<std::string> arguments = Normalize(words);
  std::reverse(arguments.begin(), arguments.end());
  ParsedCommand parsed;
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
    return parsed;
  } catch (const CLI::ParseError& error) {
    return UsageError(app, commands, error);
  }
  for (size_t i = 0; i < subcommands.size(); ++i) {
    if (subcommands[i]->parsed()) parsed.command = static_cast<int>(i);
  }
  return parsed;
}

}  // namespace brant
