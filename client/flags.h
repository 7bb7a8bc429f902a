// The command line of one command, declared next to its code.
//
// CLI11 stands behind this, in one source file only: it takes seconds to
// compile. A word that begins with a dash and a digit (`-1`, `-3:`) is a value
// and never a flag, because revision identifiers look like that.

#ifndef BRANT_CLIENT_FLAGS_H_
#define BRANT_CLIENT_FLAGS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brant {

// Where a command declares what it takes. Targets are written while the command
// line is parsed and must live until then.
class Flags {
 public:
  virtual ~Flags() = default;

  // `names` as "-m,--message". A value that is given but empty is an error.
  virtual void Switch(const std::string& names, bool* target, const std::string& help) = 0;
  virtual void Text(const std::string& names, const std::string& value_name, std::string* target,
                    const std::string& help) = 0;
  // May be given several times; commas separate values too.
  virtual void List(const std::string& names, const std::string& value_name,
                    std::vector<std::string>* target, const std::string& help) = 0;
  virtual void Choice(const std::string& names, const std::vector<std::string>& choices,
                      std::string* target, const std::string& help) = 0;
  // Seconds, fractions allowed; `target` keeps its value if the flag is absent.
  virtual void Seconds(const std::string& names, double* target, const std::string& help) = 0;
  virtual void Count(const std::string& names, int64_t* target, const std::string& help) = 0;

  virtual void Argument(const std::string& name, std::string* target, bool required,
                        const std::string& help) = 0;
  // One or more (or none, if not required).
  virtual void Arguments(const std::string& name, std::vector<std::string>* target, bool required,
                         const std::string& help) = 0;

  // Printed below the help, as it is.
  virtual void Examples(const std::string& text) = 0;
};

struct CommandSpec {
  std::string name;
  std::string summary;
  // Called only if this command is the one.
  std::function<void(Flags&)> declare;
};

// A command line that was understood.
struct ParsedCommand {
  // Index into the commands; -1 if `text` is all that was asked for.
  int command = -1;
  // Help or the version.
  std::string text;
};

// `words` without the program's name. Errors: INVALID_REQUEST.
absl::StatusOr<ParsedCommand> ParseCommandLine(const std::vector<std::string>& words,
                                               const std::function<void(Flags&)>& declare_globals,
                                               const std::vector<CommandSpec>& commands);

}  // namespace brant

#endif  // BRANT_CLIENT_FLAGS_H_
