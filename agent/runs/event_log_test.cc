#include "agent/runs/event_log.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

v1::RunEvent Notice(absl::string_view text) {
  v1::RunEvent event;
  event.mutable_run_notice()->set_text(std::string(text));
  return event;
}

v1::RunEvent Finished() {
  v1::RunEvent event;
  event.mutable_run_finished();
  return event;
}

std::vector<std::string> ReadFrom(const EventLog& log, int64_t sequence) {
  std::vector<std::string> events;
  while (const v1::RunEvent* event = log.After(sequence)) {
    events.push_back(event->SerializeAsString());
    sequence = event->sequence();
  }
  return events;
}

TEST(EventLogTest, NumbersEventsFromOneWithoutGaps) {
  EventLog log("r");
  EXPECT_EQ(log.After(0), nullptr);
  for (int i = 1; i <= 3; ++i) log.Append(Notice(absl::StrCat(i)));
  for (int i = 0; i < 3; ++i) {
    ASSERT_NE(log.After(i), nullptr);
    EXPECT_EQ(log.After(i)->sequence(), i + 1);
    EXPECT_EQ(log.After(i)->run_notice().text(), absl::StrCat(i + 1));
    EXPECT_GT(log.After(i)->event_time().seconds(), 0);
  }
  EXPECT_EQ(log.After(3), nullptr);
  EXPECT_EQ(log.After(1'000'000), nullptr);
  EXPECT_EQ(log.After(-5)->sequence(), 1);
}

TEST(EventLogTest, NothingFollowsTheEnd) {
  EventLog log("r");
  log.Append(Notice("a"));
  EXPECT_FALSE(log.finished());
  log.Append(Finished());
  EXPECT_TRUE(log.finished());
  log.Append(Notice("late"));
  log.Append(Finished());
  EXPECT_EQ(ReadFrom(log, 0).size(), 2u);
}

TEST(EventLogTest, EventsKeepTheirPlaceInMemoryWhileTheLogGrows) {
  EventLog log("r");
  log.Append(Notice("first"));
  const v1::RunEvent* first = log.After(0);
  for (int i = 0; i < 10'000; ++i) log.Append(Notice("more"));
  EXPECT_EQ(log.After(0), first);
  EXPECT_EQ(first->run_notice().text(), "first");
}

TEST(EventLogTest, ListenersAreToldOfEventsAndPokesUntilTheyEnd) {
  EventLog log("r");
  int told = 0;
  auto subscription = log.Subscribe([&told] { ++told; });
  EXPECT_EQ(told, 0);
  log.Append(Notice("a"));
  EXPECT_EQ(told, 1);
  log.Poke();
  EXPECT_EQ(told, 2);
  EXPECT_EQ(ReadFrom(log, 0).size(), 1u);
  subscription.reset();
  log.Append(Notice("b"));
  log.Poke();
  EXPECT_EQ(told, 2);
}

TEST(EventLogTest, AListenerMayReadTheLog) {
  EventLog log("r");
  std::vector<int64_t> seen;
  auto subscription = log.Subscribe([&] {
    while (const v1::RunEvent* event = log.After(seen.empty() ? 0 : seen.back())) {
      seen.push_back(event->sequence());
    }
  });
  for (int i = 0; i < 5; ++i) log.Append(Notice("x"));
  EXPECT_THAT(seen, ::testing::ElementsAre(1, 2, 3, 4, 5));
}

TEST(EventLogTest, ASubscriptionEndsOnlyWhenItsListenerIsDone) {
  EventLog log("r");
  absl::Notification listening, may_go;
  std::atomic<bool> over = false;
  auto subscription = log.Subscribe([&] {
    listening.Notify();
    may_go.WaitForNotification();
    over = true;
  });
  std::thread appender([&] { log.Append(Notice("a")); });
  listening.WaitForNotification();
  std::thread releaser([&] { may_go.Notify(); });
  subscription.reset();
  EXPECT_TRUE(over);
  appender.join();
  releaser.join();
}

TEST(EventLogTest, AListenerMayOutliveTheLogsInterest) {
  std::unique_ptr<EventLog::Subscription> subscription;
  {
    EventLog log("r");
    subscription = log.Subscribe([] {});
  }
  subscription.reset();
}

// Whoever reads, from wherever and however fast, gets the same list.
TEST(EventLogTest, ReplayEqualsLiveForConcurrentReadersAndWriters) {
  constexpr int kWriters = 4;
  constexpr int kEvents = 500;
  constexpr int kReaders = 8;
  EventLog log("r");
  std::vector<std::vector<std::string>> live(kReaders);
  std::vector<std::thread> readers;
  for (int r = 0; r < kReaders; ++r) {
    readers.emplace_back([&log, &seen = live[r], r] {
      absl::Mutex mutex;
      bool told = false;
      auto subscription = log.Subscribe([&] {
        absl::MutexLock lock(&mutex);
        told = true;
      });
      int64_t sequence = 0;
      while (true) {
        const v1::RunEvent* event = log.After(sequence);
        if (event == nullptr) {
          // Some wait, some look all the time.
          absl::MutexLock lock(&mutex);
          if (r % 2 == 0 && log.After(sequence) == nullptr) mutex.Await(absl::Condition(&told));
          told = false;
          continue;
        }
        seen.push_back(event->SerializeAsString());
        sequence = event->sequence();
        if (event->has_run_finished()) return;
      }
    });
  }
  std::thread poker([&log] {
    while (!log.finished()) log.Poke();
  });
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&log, w] {
      for (int i = 0; i < kEvents; ++i) log.Append(Notice(absl::StrCat(w, " ", i)));
    });
  }
  for (std::thread& writer : writers) writer.join();
  log.Append(Finished());
  for (std::thread& reader : readers) reader.join();
  poker.join();

  const std::vector<std::string> replay = ReadFrom(log, 0);
  ASSERT_EQ(replay.size(), size_t{kWriters * kEvents + 1});
  for (size_t i = 0; i < replay.size(); ++i) {
    v1::RunEvent event;
    ASSERT_TRUE(event.ParseFromString(replay[i]));
    ASSERT_EQ(event.sequence(), static_cast<int64_t>(i) + 1);
  }
  for (const auto& seen : live) EXPECT_EQ(seen, replay);
  for (int64_t from : {1, 77, 1999, 2000}) {
    EXPECT_EQ(ReadFrom(log, from), std::vector<std::string>(replay.begin() + from, replay.end()));
  }
}

TEST(EventLogTest, NumberedEventsStayAsTheyAre) {
  EventLog log("r", EventLog::Source::kJournal);
  EXPECT_EQ(log.source(), EventLog::Source::kJournal);
  auto append = [&log](int64_t sequence) {
    v1::RunEvent event = Notice(absl::StrCat(sequence));
    event.set_sequence(sequence);
    event.mutable_event_time()->set_seconds(7);
    log.AppendNumbered(event);
  };
  append(2);  // not its turn
  EXPECT_EQ(log.Last(), nullptr);
  append(1);
  append(2);
  append(2);
  append(4);
  ASSERT_NE(log.Last(), nullptr);
  EXPECT_EQ(log.Last()->sequence(), 2);
  EXPECT_EQ(log.Last()->event_time().seconds(), 7);
  log.Append(Finished());
  EXPECT_EQ(log.Last()->sequence(), 3);
  append(4);
  EXPECT_EQ(log.Last()->sequence(), 3);
}

// The last event may happen between two questions: a stream that asked for the next
// one and then for the end would leave it out.
TEST(EventLogTest, TheEndIsNeverToldBeforeTheLastEvent) {
  for (int i = 0; i < 2000; ++i) {
    EventLog log("r");
    std::thread writer([&log] { log.Append(Finished()); });
    EventLog::Next next;
    do {
      next = log.NextAfter(0);
      ASSERT_FALSE(next.finished && next.event == nullptr) << i;
    } while (next.event == nullptr);
    writer.join();
    EXPECT_TRUE(next.finished);
    EXPECT_EQ(log.NextAfter(1).event, nullptr);
    EXPECT_TRUE(log.NextAfter(1).finished);
  }
}

TEST(EventLogTest, AClosedLogSaysWhyAndOneThatHasEndedIsNotClosed) {
  EventLog log("r");
  int calls = 0;
  auto subscription = log.Subscribe([&calls] { ++calls; });
  EXPECT_TRUE(log.closed().ok());
  log.Close(absl::UnavailableError("first"));
  log.Close(absl::UnavailableError("second"));
  EXPECT_EQ(log.closed().message(), "first");
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(log.finished());
  EventLog ended("r");
  ended.Append(Finished());
  ended.Close(absl::UnavailableError("late"));
  EXPECT_TRUE(ended.closed().ok());
}

}  // namespace
}  // namespace brant
