// Events of a run, as the lines that views show. One line each, in which control
// characters are visible.

#ifndef BRANT_CLIENT_UI_EVENT_LINES_H_
#define BRANT_CLIENT_UI_EVENT_LINES_H_

#include <string>

#include "absl/time/time.h"
#include "brant/v1/run.pb.h"

namespace brant {

std::string DescribeWaiting(const v1::RunWaiting& waiting);
// Whether both are the same state of the wait: the same run executes, however far
// it is, and the place behind it is the same.
bool IsSameWait(const v1::RunWaiting& before, const v1::RunWaiting& now);

std::string DescribeBlocked(const v1::StatementBlocked& blocked);
// The same for where there is little room: who, and nothing else.
std::string DescribeBlockers(const v1::StatementBlocked& blocked);
// What makes it another blockade: the statement and the sessions, and not for how
// long.
std::string BlockedKey(const v1::StatementBlocked& blocked);

// "42% building index: scanning table".
std::string DescribeProgress(const v1::StatementProgress& progress);

std::string DescribeAttempt(const v1::AttemptFailed& attempt);

// Between two agents, each by its address.
std::string DescribeTakeover(absl::string_view from, absl::string_view to);

// "Following run 7 of agent b".
std::string DescribeFollowing(const v1::RelayedEvent& relayed);
// How the other run ended, if it did not succeed; else empty.
std::string DescribeRelayedEnd(const v1::RelayedEvent& relayed);

// "upgrade", "succeeded" and so on.
std::string RunKindName(v1::RunKind kind);
std::string RunStateName(v1::RunState state);

// "0.42 s", "3 min 5 s".
std::string DescribeDuration(absl::Duration duration);

// "1 run", "2 runs".
std::string Plural(int count, absl::string_view noun);

}  // namespace brant

#endif  // BRANT_CLIENT_UI_EVENT_LINES_H_
