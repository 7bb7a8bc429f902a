// What is shown of a run while it goes on.

#ifndef BRANT_CLIENT_UI_RUN_VIEW_H_
#define BRANT_CLIENT_UI_RUN_VIEW_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brant/v1/run.pb.h"
#include "client/ui/console.h"

namespace brant {

class RunView {
 public:
  virtual ~RunView() = default;

  // The run's events, each once and in order. Heartbeats may be left out.
  virtual void Show(const v1::RunEvent& event) = 0;
  // It prints each event's number, so that nothing may be left out.
  virtual bool ShowsEveryNumber() const { return false; }
  // About ten times a second.
  virtual void Tick() {}
  // Something about the connection, one line.
  virtual void Note(absl::string_view text) = 0;
  // Leaves the terminal as it was. What is shown later goes below.
  virtual void Close() {}
};

// JSON lines, a live line on a terminal, plain lines elsewhere, or nothing, as
// the console's options say. `console` must outlive the view.
std::unique_ptr<RunView> MakeRunView(Console& console, std::function<absl::Time()> now = absl::Now);

// The line that ends a run that succeeded, such as
// `Upgraded to 4f1c2a9be3d7 (head): 3 revisions in 0.42 s`. `predecessor` (id and
// agent) is the run that did the work where this one had nothing left to do.
std::string DescribeSuccess(const v1::Run& run, const v1::Run& predecessor = {});

// Where the database is after a run that did not succeed.
std::string DescribeState(const v1::Run& run);

// "a, b", or "base" for none.
std::string DescribeRevisions(const google::protobuf::RepeatedPtrField<std::string>& revisions);

}  // namespace brant

#endif  // BRANT_CLIENT_UI_RUN_VIEW_H_
