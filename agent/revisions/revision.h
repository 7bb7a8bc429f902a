// One migration file, parsed. The file format is docs/migration-files.md.

#ifndef BRANT_AGENT_REVISIONS_REVISION_H_
#define BRANT_AGENT_REVISIONS_REVISION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

enum class Direction { kUpgrade, kDowngrade };

// "upgrade" or "downgrade".
absl::string_view DirectionName(Direction direction);

// One `-- brant:upgrade` or `-- brant:downgrade` section.
struct Section {
  Direction direction = Direction::kUpgrade;
  // The dialects that it names; empty: it serves every dialect without a
  // section of its own.
  std::vector<Dialect> dialects;
  // False: transaction:off.
  bool transactional = true;
  // Where the body stands in Revision::text, marker line excluded.
  size_t offset = 0;
  size_t size = 0;
  // The file's line on which the body begins, from 1.
  int line = 1;
};

struct Revision {
  std::string id;
  // `Revises`: empty for a base, several for a merge.
  std::vector<std::string> parents;
  // `Depends On`: ids or labels.
  std::vector<std::string> dependencies;
  std::vector<std::string> labels;
  // The text above the header fields, without the comment marks; lines are
  // separated by '\n'.
  std::string message;
  // As the file says it; empty if it does not.
  std::string create_date;
  // The file's name, without folders.
  std::string file;
  // The file's bytes without a byte-order mark; line endings as they were.
  std::string text;
  // SHA-256 of `text` with LF line endings, in lower-case hexadecimal.
  std::string checksum;
  std::vector<Section> sections;
  // Lines of header fields, for errors about them; 0 where there is none.
  int revises_line = 0;
  int labels_line = 0;
  int depends_line = 0;
  int id_line = 0;

  // The section for a dialect: one that names it, else one that names none.
  // Null if there is neither.
  const Section* FindSection(Direction direction, Dialect dialect) const;
  absl::string_view Body(const Section& section) const;
  // First line of the message.
  absl::string_view Title() const;
};

// Parses a migration file. `file` is its plain name. Errors: INVALID_FILE with
// file, line and column.
absl::StatusOr<Revision> ParseRevision(absl::string_view file, std::string bytes);

// Revision::checksum of a file's bytes, be they valid or not.
std::string FileChecksum(absl::string_view bytes);

// True for 1 to 32 letters, digits or underscores.
bool IsRevisionId(absl::string_view text);

// True for one or more letters, digits, underscores or dashes.
bool IsLabel(absl::string_view text);

// True for the words of the identifier grammar (head, heads, base, current),
// which neither an id nor a label may be.
bool IsReservedName(absl::string_view text);

// True if a header comment with this text (comment marks stripped) is a field
// such as `Revises: …` or a marker such as `brant:upgrade`, so that no line of a
// message may read like that.
bool IsHeaderSyntax(absl::string_view line);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_REVISION_H_
