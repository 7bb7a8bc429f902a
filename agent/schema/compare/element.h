// Elements of a table, one by one: columns, constraints, indexes; and views.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_ELEMENT_H_
#define BRANT_AGENT_SCHEMA_COMPARE_ELEMENT_H_

#include <string>

#include "agent/schema/catalog.h"

namespace brant {

// Changes of an element what differs between `from` and `to`, and leaves the rest as
// it is. True: what was particular of it is gone.
bool Alter(const Column& from, const Column& to, Column& column);
bool Alter(const UniqueConstraint& from, const UniqueConstraint& to, UniqueConstraint& unique);
bool Alter(const CheckConstraint& from, const CheckConstraint& to, CheckConstraint& check);
bool Alter(const ForeignKey& from, const ForeignKey& to, ForeignKey& key);
bool Alter(const Index& from, const Index& to, Index& index);
bool Alter(const View& from, const View& to, View& view);
template <typename T>
bool Alter(const T&, const T& to, T& element) {
  element = to;
  return false;
}

// Whether two constraints say the same, whatever their names.
bool SaySame(const UniqueConstraint& a, const UniqueConstraint& b);
bool SaySame(const CheckConstraint& a, const CheckConstraint& b);
bool SaySame(const ForeignKey& a, const ForeignKey& b);
bool SaySame(const ExclusionConstraint& a, const ExclusionConstraint& b);
template <typename T>
bool SaySame(const T&, const T&) {
  return false;
}

// For people, who may know what has no name by what it says.
std::string NameOf(const CheckConstraint& check);
std::string NameOf(const UniqueConstraint& unique);
std::string NameOf(const ForeignKey& key);
template <typename T>
std::string NameOf(const T& element) {
  return element.name;
}

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_ELEMENT_H_
