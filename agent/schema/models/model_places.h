#ifndef BRANT_AGENT_SCHEMA_MODELS_MODEL_PLACES_H_
#define BRANT_AGENT_SCHEMA_MODELS_MODEL_PLACES_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant {

// What a part of a schema comes from.
struct ModelPlace {
  std::string file;
  // From 1; 0: not known.
  int line = 0;
  // For people: `field 'shop.User.age'`.
  std::string what;
};

// Where the models say what a server may refuse, because SQL in options is first
// understood there.
class ModelPlaces {
 public:
  // A table or enum type. Of two with the same name the first counts.
  void Add(const ObjectName& object, ModelPlace place);
  // A column, constraint or index of a table that was added.
  void AddPart(const ObjectName& table, const std::string& part, ModelPlace place);

  // Of a table or enum type, which must have been added.
  const ModelPlace& Of(const ObjectName& object) const;

  // `error` about `sql`, which was rendered from the models, as one about the models:
  // with file and line of what the SQL's line is about, or else of a part that the
  // server's message names, or of the table. Unchanged if nothing of this is found.
  absl::Status Explain(const absl::Status& error, absl::string_view sql) const;

 private:
  struct Object {
    ModelPlace place;
    std::map<std::string, ModelPlace> parts;
  };

  const ModelPlace* Find(absl::string_view sql, int line, absl::string_view message) const;
  // What a line of CREATE TABLE is about; null if that is unknown.
  static const ModelPlace* PartAt(const Object& object, const std::vector<absl::string_view>& lines,
                                  size_t at);
  // What the message about a CREATE TABLE that begins there names.
  static const ModelPlace* PartInMessage(const Object& object,
                                         const std::vector<absl::string_view>& lines, size_t begin,
                                         absl::string_view message);
  // The one whose name stands first in a statement's first line.
  const Object* FindObject(absl::string_view line) const;

  std::map<ObjectName, Object> objects_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_MODEL_PLACES_H_
