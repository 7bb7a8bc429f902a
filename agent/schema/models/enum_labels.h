#ifndef BRANT_AGENT_SCHEMA_MODELS_ENUM_LABELS_H_
#define BRANT_AGENT_SCHEMA_MODELS_ENUM_LABELS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"
#include "agent/schema/models/problems.h"
#include "agent/schema/schema_driver.h"
#include "brant/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace brant {

// How a column holds an enum.
enum class EnumStorage { kText, kNative, kInteger };
EnumStorage StorageOf(const google::protobuf::FieldDescriptor& field, const ColumnOptions& options);

// The type of a column of an enum.
DataType EnumColumnType(const google::protobuf::FieldDescriptor& field,
                        const ColumnOptions& options, const SchemaDriver& postgresql);

// The type of the database that stands for `type`. Reports labels that are the same,
// and an enum that has none.
EnumType NativeEnum(const google::protobuf::EnumDescriptor& type);

// The condition that `column` holds one of the values.
std::string EnumCheck(const google::protobuf::EnumDescriptor& type, EnumStorage storage,
                      absl::string_view column);

// Problems of the enum itself: two values with the same label, or none at all.
void CheckEnum(const google::protobuf::EnumDescriptor& type, Problems& problems);

// `text` as an SQL string.
std::string QuoteText(absl::string_view text);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_MODELS_ENUM_LABELS_H_
