#ifndef BRANT_AGENT_SCHEMA_MODELS_FIELD_TYPE_H_
#define BRANT_AGENT_SCHEMA_MODELS_FIELD_TYPE_H_

#include <optional>
#include <string>

#include "agent/schema/models/problems.h"
#include "agent/schema/schema_driver.h"
#include "brant/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace brant {

// The type of a field's column in PostgreSQL's terms; what the options say goes
// first. docs/models.md has the table. Nothing, and a problem, for what no column
// can hold.
std::optional<DataType> TypeOfField(const google::protobuf::FieldDescriptor& field,
                                    const ColumnOptions& options, const SchemaDriver& postgresql,
                                    Problems& problems);

// Is the field's type a message that becomes JSON unless a foreign key stands for
// it?
bool IsPlainMessage(const google::protobuf::FieldDescriptor& field);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_FIELD_TYPE_H_
