#include "tests/integration/mysql/splitter_oracle.h"

#include <mysql.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

struct Finished {
  int status = -1;
  std::string output;
};

// Through the shell: what the tests pass needs no quoting.
Finished Shell(const std::string& command) {
  Finished finished;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return finished;
  char buffer[4096];
  while (size_t size = fread(buffer, 1, sizeof(buffer), pipe)) {
    finished.output.append(buffer, size);
  }
  const int status = pclose(pipe);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

std::string Arguments(const DatabaseUrl& url) {
  setenv("MYSQL_PWD", url.password.c_str(), 1);
  return absl::StrCat(" --no-defaults --protocol=tcp --host=", url.host, " --port=", url.port,
                      " --user=", url.user, " --default-character-set=utf8mb4 ");
}

}  // namespace

OracleRun RunThroughClient(const DatabaseUrl& url, const std::string& script, bool keep_comments) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/script.sql");
  std::ofstream(path, std::ios::binary) << script;
  const Finished finished = Shell(absl::StrCat("mariadb", Arguments(url), "--batch --binary-mode ",
                                               keep_comments ? "--comments " : "", url.database,
                                               " <", path, " 2>&1 >/dev/null"));
  OracleRun run;
  if (finished.status != 0) run.error = absl::StrCat("client: ", finished.output);
  return run;
}

OracleRun RunThroughServer(const DatabaseUrl& url, const std::string& script) {
  std::unique_ptr<MYSQL, void (*)(MYSQL*)> handle(mysql_init(nullptr), mysql_close);
  mysql_options(handle.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
  OracleRun run;
  if (mysql_real_connect(handle.get(), url.host.c_str(), url.user.c_str(), url.password.c_str(),
                         url.database.c_str(), static_cast<unsigned>(url.port), nullptr,
                         CLIENT_MULTI_STATEMENTS) == nullptr ||
      mysql_real_query(handle.get(), script.data(), script.size()) != 0) {
    run.error = mysql_error(handle.get());
    return run;
  }
  int next = 0;
  while (next == 0) {
    ++run.results;
    mysql_free_result(mysql_store_result(handle.get()));
    next = mysql_next_result(handle.get());
  }
  if (next > 0) run.error = absl::StrCat("server: ", mysql_error(handle.get()));
  return run;
}

std::string Dump(const DatabaseUrl& url) {
  const Finished finished =
      Shell(absl::StrCat("mariadb-dump", Arguments(url),
                         "--skip-comments --routines --events --triggers --skip-extended-insert "
                         "--order-by-primary ",
                         url.database, " 2>&1"));
  return finished.status == 0 ? finished.output : absl::StrCat("no dump: ", finished.output);
}

}  // namespace brant
