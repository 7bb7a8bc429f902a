#include "client/connection/agent_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A shell script stands for brantd.
class AgentProcessTest : public ::testing::Test {
 protected:
  AgentProcessTest() : folder_(::testing::TempDir()) { unsetenv("DATABASE_URL"); }

  void UseScript(const std::string& body) {
    const std::string path = folder_ + "/brantd.sh";
    std::ofstream(path) << "#!/bin/sh\ncd '" << folder_ << "'\n" << body;
    chmod(path.c_str(), 0755);
    setenv("BRANT_BRANTD", path.c_str(), 1);
  }

  std::string Contents(const std::string& name) {
    std::stringstream text;
    text << std::ifstream(folder_ + "/" + name).rdbuf();
    return text.str();
  }

  const std::string folder_;
};

TEST_F(AgentProcessTest, UrlGoesThroughTheEnvironmentAndNeverTheArguments) {
  setenv("DATABASE_URL", "sqlite:///another.db", 1);
  UseScript("echo \"$@\" > arguments; env > environment; cat > /dev/null; echo > ended\n");
  {
    AgentProcessOptions options;
    options.database_url = "postgresql://user:secret@host/name";
    options.migrations = "-odd";
    options.version_table = "alembic_version";
    auto process = AgentProcess::Start(options);
    ASSERT_TRUE(process.ok()) << process.status();
  }
  EXPECT_THAT(Contents("arguments"), Not(HasSubstr("secret")));
  EXPECT_EQ(Contents("arguments"),
            "--private --log-level error --migrations=-odd --version-table=alembic_version\n");
  EXPECT_THAT(Contents("environment"),
              HasSubstr("BRANT_DATABASE_URL=postgresql://user:secret@host/name\n"));
  EXPECT_THAT(Contents("environment"), Not(HasSubstr("another.db")));
  EXPECT_EQ(Contents("ended"), "\n") << "destruction waits for the child's end";
}

TEST_F(AgentProcessTest, ChildHasAGroupOfItsOwnSoCtrlCIsNotForIt) {
  UseScript("cut -d' ' -f5 /proc/$$/stat > group; echo $$ > pid; cat > /dev/null\n");
  { ASSERT_TRUE(AgentProcess::Start({"sqlite://"}).ok()); }
  EXPECT_EQ(Contents("group"), Contents("pid"));
}

TEST_F(AgentProcessTest, ConnectionIsOnDescriptorThree) {
  UseScript("printf hello >&3; cat > /dev/null\n");
  auto process = AgentProcess::Start({"sqlite://"});
  ASSERT_TRUE(process.ok());
  const int socket = (*process)->TakeSocket();
  char buffer[5];
  size_t size = 0;
  while (size < sizeof(buffer)) {
    const ssize_t count = read(socket, buffer + size, sizeof(buffer) - size);
    if (count > 0) size += static_cast<size_t>(count);
    ASSERT_TRUE(count > 0 || errno == EAGAIN);
  }
  EXPECT_EQ(std::string(buffer, size), "hello");
  close(socket);
}

TEST_F(AgentProcessTest, EndOfTheChildIsDescribed) {
  UseScript("exit 7\n");
  auto process = AgentProcess::Start({"sqlite://"});
  ASSERT_TRUE(process.ok());
  absl::Status end = (*process)->ExplainEnd();
  EXPECT_EQ(ReasonOf(end), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_THAT(DescribeError(end), HasSubstr("exit code 7"));
  UseScript("kill -9 $$\n");
  process = AgentProcess::Start({"sqlite://"});
  ASSERT_TRUE(process.ok());
  EXPECT_THAT(DescribeError((*process)->ExplainEnd()), HasSubstr("signal 9 (Killed)"));
  UseScript("exit 2\n");
  process = AgentProcess::Start({"sqlite://"});
  ASSERT_TRUE(process.ok());
  EXPECT_EQ(ReasonOf((*process)->ExplainEnd()), v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(AgentProcessTest, ChildThatIsStuckIsKilled) {
  // It never looks at its standard input.
  UseScript("echo $$ > pid; echo started >&3; exec sleep 1000\n");
  pid_t pid = 0;
  {
    AgentProcessOptions options;
    options.end_grace = absl::Milliseconds(50);
    auto process = AgentProcess::Start(options);
    ASSERT_TRUE(process.ok()) << process.status();
    const int socket = (*process)->TakeSocket();
    pollfd readable = {socket, POLLIN, 0};
    ASSERT_EQ(poll(&readable, 1, -1), 1);
    pid = std::stoi(Contents("pid"));
    close(socket);
  }
  EXPECT_EQ(kill(pid, 0), -1) << "it is gone, and was waited for";
}

TEST_F(AgentProcessTest, MissingProgramIsNamed) {
  setenv("BRANT_BRANTD", "/nonexistent/brantd", 1);
  absl::Status status = AgentProcess::Start({"sqlite://"}).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_THAT(DescribeError(status), HasSubstr("/nonexistent/brantd"));
}

}  // namespace
}  // namespace brant
