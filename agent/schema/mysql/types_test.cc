#include "agent/schema/mysql/types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

using ::testing::ElementsAre;

DataType Of(TypeKind kind) {
  DataType type;
  type.kind = kind;
  return type;
}

TEST(TypesTest, KindsStayWhatTheyAre) {
  for (const TypeKind kind :
       {TypeKind::kBoolean, TypeKind::kSmallInt, TypeKind::kInteger, TypeKind::kBigInt,
        TypeKind::kNumeric, TypeKind::kReal, TypeKind::kDouble, TypeKind::kChar, TypeKind::kText,
        TypeKind::kBinary, TypeKind::kBlob, TypeKind::kDate, TypeKind::kTime, TypeKind::kTimestamp,
        TypeKind::kTimestampTz, TypeKind::kUuid, TypeKind::kJson, TypeKind::kEnum}) {
    EXPECT_EQ(ReadDataType(WriteDataType(Of(kind))).kind, kind) << WriteDataType(Of(kind));
  }
  for (const TypeKind kind : {TypeKind::kVarchar, TypeKind::kVarbinary}) {
    DataType type = Of(kind);
    type.length = 20;
    EXPECT_EQ(ReadDataType(WriteDataType(type)).kind, kind);
    EXPECT_EQ(ReadDataType(WriteDataType(type)).length, 20);
  }
}

TEST(TypesTest, WhatHasNoLimitStaysUnlimited) {
  EXPECT_EQ(WriteDataType(Of(TypeKind::kVarchar)), "longtext");
  EXPECT_EQ(WriteDataType(Of(TypeKind::kVarbinary)), "longblob");
  EXPECT_EQ(WriteDataType(Of(TypeKind::kText)), "longtext");
  EXPECT_EQ(WriteDataType(Of(TypeKind::kNumeric)), "decimal(65,30)");
  EXPECT_EQ(WriteDataType(Of(TypeKind::kTimestamp)), "datetime(6)");
}

TEST(TypesTest, ArraysAreJson) {
  DataType type = Of(TypeKind::kBigInt);
  type.dimensions = 1;
  EXPECT_EQ(WriteDataType(type), "json");
}

TEST(TypesTest, TextsHaveTheirSize) {
  for (const char* native : {"tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob",
                             "mediumblob", "longblob", "datetime", "datetime(3)", "timestamp",
                             "time(6)", "decimal(10,2)", "decimal(10,2) unsigned", "char(3)",
                             "bigint unsigned", "smallint", "enum('a','b''c','d\\\\e')"}) {
    EXPECT_EQ(WriteDataType(ReadDataType(native)), native);
  }
}

TEST(TypesTest, ReadsWhatServersWrite) {
  EXPECT_EQ(ReadDataType("tinyint(1)").kind, TypeKind::kBoolean);
  EXPECT_EQ(ReadDataType("tinyint(4)").kind, TypeKind::kSmallInt);
  EXPECT_EQ(ReadDataType("tinyint").kind, TypeKind::kSmallInt);
  EXPECT_EQ(ReadDataType("tinyint(1) unsigned").kind, TypeKind::kSmallInt);
  EXPECT_TRUE(ReadDataType("int(10) unsigned zerofill").is_unsigned);
  EXPECT_THAT(ReadDataType("enum('a)','b''c','unsigned')").labels,
              ElementsAre("a)", "b'c", "unsigned"));
  EXPECT_FALSE(ReadDataType("enum('unsigned')").is_unsigned);
  EXPECT_EQ(ReadDataType("set('a')").kind, TypeKind::kOther);
  EXPECT_EQ(ReadDataType("uuid").kind, TypeKind::kUuid);
  EXPECT_EQ(ReadDataType("char(36)").kind, TypeKind::kUuid);
  EXPECT_EQ(ReadDataType("point").kind, TypeKind::kOther);
}

bool HoldsAll(const char* to, const char* from) {
  return Holds(ReadDataType(to), ReadDataType(from));
}

TEST(TypesTest, KnowsWhatHoldsWhat) {
  EXPECT_TRUE(HoldsAll("bigint(20)", "int(11)"));
  EXPECT_FALSE(HoldsAll("int(11)", "bigint(20)"));
  EXPECT_FALSE(HoldsAll("int(10) unsigned", "int(11)"));
  EXPECT_FALSE(HoldsAll("int(11)", "int(10) unsigned"));
  EXPECT_TRUE(HoldsAll("bigint(20)", "int(10) unsigned"));
  EXPECT_FALSE(HoldsAll("tinyint(1)", "int(11)"));
  EXPECT_TRUE(HoldsAll("varchar(20)", "varchar(10)"));
  EXPECT_FALSE(HoldsAll("varchar(10)", "varchar(20)"));
  EXPECT_TRUE(HoldsAll("text", "varchar(20)"));
  EXPECT_TRUE(HoldsAll("longtext", "bigint(20)"));
  EXPECT_TRUE(HoldsAll("varchar(20)", "bigint(20) unsigned"));
  EXPECT_FALSE(HoldsAll("varchar(10)", "bigint(20)"));
  EXPECT_FALSE(HoldsAll("varchar(255)", "text"));
  EXPECT_TRUE(HoldsAll("decimal(12,4)", "decimal(10,2)"));
  EXPECT_FALSE(HoldsAll("decimal(10,4)", "decimal(10,2)"));
  EXPECT_TRUE(HoldsAll("decimal(20,0)", "int(11)"));
  EXPECT_TRUE(HoldsAll("decimal(12,2)", "int(10) unsigned"));
  EXPECT_TRUE(HoldsAll("decimal(3,0) unsigned", "tinyint(3) unsigned"));
  EXPECT_TRUE(HoldsAll("decimal(8,0)", "mediumint(8) unsigned"));
  EXPECT_TRUE(HoldsAll("decimal(20,0)", "bigint(20) unsigned"));
  EXPECT_FALSE(HoldsAll("decimal(11,2)", "int(11)"));
  EXPECT_FALSE(HoldsAll("decimal(19,0)", "bigint(20) unsigned"));
  EXPECT_FALSE(HoldsAll("decimal(20,0) unsigned", "int(11)"));
  EXPECT_TRUE(HoldsAll("enum('a','b')", "enum('a')"));
  EXPECT_FALSE(HoldsAll("enum('a','c')", "enum('a','b')"));
  EXPECT_FALSE(HoldsAll("datetime", "datetime(6)"));
  EXPECT_FALSE(HoldsAll("int(11)", "varchar(10)"));
  EXPECT_FALSE(HoldsAll("set('a')", "set('a','b')"));
}

}  // namespace
}  // namespace brant::mysql
