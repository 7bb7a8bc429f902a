// Types of columns, and what they mean:
//
//   kind          read from                             written as
//   kBoolean      tinyint(1)                            tinyint(1)
//   kSmallInt     tinyint, smallint (unsigned)          smallint
//   kInteger      mediumint, int                        int
//   kBigInt       bigint                                bigint
//   kNumeric      decimal                               decimal(p,s); without p decimal(65,30)
//   kReal         float                                 float
//   kDouble       double                                double
//   kChar         char                                  char(n)
//   kVarchar      varchar                               varchar(n); without n longtext
//   kText         tinytext, text, mediumtext, longtext  the smallest for its length; longtext
//   kBinary       binary                                binary(n)
//   kVarbinary    varbinary                             varbinary(n); without n longblob
//   kBlob         tinyblob, blob, mediumblob, longblob  the smallest for its length; longblob
//   kDate         date                                  date
//   kTime         time                                  time(p); without p time(6)
//   kTimestamp    datetime                              datetime(p); without p datetime(6)
//   kTimestampTz  timestamp                             timestamp(p); without p timestamp(6)
//   kInterval     nothing                               varchar(64)
//   kUuid         char(36), uuid                        char(36)
//   kJson         json                                  json
//   kEnum         enum                                  enum
//
// A timestamp is an instant whatever the session's zone, and ends in 2038 (2106 on
// MariaDB from 11.5). A char(36) is a UUID, because MySQL has no type for it, and
// which server it will be is not known. An interval becomes text, and is text
// from then on. All others, such as set, year, bit and point, are kOther.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_TYPES_H_
#define BRANT_AGENT_SCHEMA_MYSQL_TYPES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/schema/data_type.h"

namespace brant::mysql {

// `native` as COLUMN_TYPE has it; `json` for MariaDB's alias.
DataType ReadDataType(absl::string_view native);
std::string WriteDataType(const DataType& type);

// It has a character set, by its native text.
bool HasCharacterSet(const DataType& type);
// Whether `to` has all characters of `from`. Empty: the database's own, which is not
// known.
bool HoldsCharacters(absl::string_view to, absl::string_view from);

// Every value of `from` can be kept in `to`.
bool Holds(const DataType& to, const DataType& from);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_TYPES_H_
