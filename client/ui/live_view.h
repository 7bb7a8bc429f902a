// The view of a run on a terminal: a line that is redrawn, and one that stays
// for each step that is done.

#ifndef BRANT_CLIENT_UI_LIVE_VIEW_H_
#define BRANT_CLIENT_UI_LIVE_VIEW_H_

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "client/ui/run_view.h"

namespace brant {

class LiveView : public RunView {
 public:
  LiveView(Console& console, std::function<absl::Time()> now);
  ~LiveView() override;

  void Show(const v1::RunEvent& event) override;
  void Tick() override;
  void Note(absl::string_view text) override;
  void Close() override;

 private:
  void Draw();
  void Erase();
  // A line that stays, above the one that is redrawn.
  void Leave(absl::string_view line);
  void LeaveMarked(Color color, absl::string_view mark, absl::string_view text);
  std::string StepLine(int width) const;
  void FinishStep(const v1::StepFinished& finished);
  // Marks the step under way, if there is one, as failed.
  void FailStep();
  void ShowWaiting(const v1::RunWaiting& waiting);
  void ShowBlocked(const v1::StatementBlocked& blocked);
  void ShowRelayed(const v1::RelayedEvent& relayed);

  Console& console_;
  const std::function<absl::Time()> now_;
  bool drawn_ = false;
  // What the run waits for; empty when it does not.
  std::string waiting_;
  absl::Time waiting_since_;
  int steps_total_ = 0;
  int steps_done_ = 0;
  // The step under way; no revision between steps.
  v1::StepStarted step_;
  absl::Time step_since_;
  std::string statement_;
  int statement_number_ = 0;
  // How far the statement is, or what it waits for.
  std::string detail_;
  // BlockedKey of the line that was left last.
  std::string blocked_;
  // The other run that is shown while this one waits.
  std::string followed_;
};

// What restores a terminal's cursor; written by a signal handler too.
inline constexpr char kShowCursor[] = "\x1b[?25h";

}  // namespace brant

#endif  // BRANT_CLIENT_UI_LIVE_VIEW_H_
