// Ctrl-C and SIGTERM while a run is followed.

#ifndef BRANT_CLIENT_CONNECTION_INTERRUPTS_H_
#define BRANT_CLIENT_CONNECTION_INTERRUPTS_H_

namespace brant {

// From its construction on, the first SIGINT or SIGTERM is only noted, and the
// second ends the process at once with 128 and the signal's number. At most one
// object may live at a time.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // The signal that was noted; 0 for none.
  int signal() const;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_INTERRUPTS_H_
