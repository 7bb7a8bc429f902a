#ifndef BRANT_AGENT_SCHEMA_MODELS_MODEL_TABLE_H_
#define BRANT_AGENT_SCHEMA_MODELS_MODEL_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/models/model_places.h"
#include "agent/schema/models/problems.h"
#include "agent/schema/schema_driver.h"
#include "brant/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace brant {

// The field that a column is made of.
struct ModelColumn {
  const google::protobuf::FieldDescriptor* field = nullptr;
  ColumnOptions options;
};

// A table and where it comes from.
struct ModelTable {
  const google::protobuf::Descriptor* message = nullptr;
  google::protobuf::MessageOptions options;
  TableOptions table_options;
  // `columns[i]` is about `table.columns[i]`.
  std::vector<ModelColumn> columns;
  Table table;
  // `unique_places[i]` is about `table.uniques[i]`, and so on.
  std::vector<ModelPlace> unique_places;
  std::vector<ModelPlace> check_places;
  std::vector<ModelPlace> foreign_key_places;
  std::vector<ModelPlace> index_places;
};

// The table that `message` is, with its columns and without its constraints and
// indexes; nothing if it is none. The column of a foreign key that stands for a
// message has neither type nor, by default, a name yet.
std::optional<ModelTable> ReadTable(const google::protobuf::Descriptor& message,
                                    const SchemaDriver& postgresql, Problems& problems);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_MODEL_TABLE_H_
