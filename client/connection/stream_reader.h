// A call whose answer is a stream, read on the calling thread, which looks up
// from it again and again.

#ifndef BRANT_CLIENT_CONNECTION_STREAM_READER_H_
#define BRANT_CLIENT_CONNECTION_STREAM_READER_H_

#include <chrono>
#include <memory>

#include "absl/functional/function_ref.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/support/async_stream.h"
#include "grpcpp/support/status.h"

namespace brant {

// How often a reader looks up while nothing arrives: for signals, deadlines and
// the display.
inline constexpr auto kLookUpInterval = std::chrono::milliseconds(100);

// What a reader does besides reading. `idle`: nothing arrived since the last
// time. False: the call is cancelled.
using LookUp = absl::FunctionRef<bool(bool idle)>;

// Reads the stream that `prepare` begins on a queue, to its end.
template <typename Response>
grpc::Status ReadStream(
    absl::FunctionRef<std::unique_ptr<grpc::ClientAsyncReader<Response>>(grpc::CompletionQueue*)>
        prepare,
    grpc::ClientContext& context, absl::FunctionRef<void(const Response&)> on_message,
    LookUp look_up) {
  // What completions are told apart by.
  char start, read, finish;
  // Destroyed in the reverse order: the queue last.
  grpc::CompletionQueue queue;
  Response response;
  grpc::Status status;
  const std::unique_ptr<grpc::ClientAsyncReader<Response>> reader = prepare(&queue);
  reader->StartCall(&start);
  void* tag = nullptr;
  bool ok = false;
  for (;;) {
    const auto next =
        queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + kLookUpInterval);
    const bool idle = next != grpc::CompletionQueue::GOT_EVENT;
    if (!idle) {
      if (tag == &finish) break;
      if (tag == &read && ok) on_message(response);
      if (ok) {
        reader->Read(&response, &read);
      } else {
        reader->Finish(&status, &finish);
      }
    }
    if (!look_up(idle)) context.TryCancel();
  }
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return status;
}

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_STREAM_READER_H_
