#ifndef BRANT_TESTS_INTEGRATION_MYSQL_RANDOM_PROGRAM_H_
#define BRANT_TESTS_INTEGRATION_MYSQL_RANDOM_PROGRAM_H_

#include <string>

namespace brant {

// A script of stored programs and plain statements that MariaDB accepts, full of
// nested blocks, misleading names, strings and comments. The same seed gives the
// same script. None of its statements is a CALL.
std::string RandomProgram(int seed);

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_MYSQL_RANDOM_PROGRAM_H_
