// What a process does when it is told to stop, and when it crashes.
//
// Nothing here is in force before `cs_start`; the library leaves a process's signals alone.
#ifndef CSIGNALS_H
#define CSIGNALS_H

/// Puts all of this in force, for a program that is about to run. It may be called before the C library's own start, and
/// again later, when something else may have taken the signals meanwhile.
///
/// - Descriptors 0, 1 and 2 that are closed are opened, so that no file gets their number. What is written to a standard
///   output that was closed fails, as before.
/// - SIGTERM, SIGINT, SIGUSR1, SIGXCPU and, unless it is ignored, SIGHUP end the process with 75 and one line.
/// - A crash ends it with 70 and one line that names the place; see `cs_report_crashes`.
/// - SIGPIPE and SIGXFSZ do nothing: the write that caused them fails. Children get them as usual.
void cs_start(char **environment);

/// Takes the signals again from those who took them meanwhile; nothing else changes.
void cs_take_signals(void);

/// How this process is called in messages: `who` is such as "rank 1 on node7".
void cs_set_name(const char *who);

/// Until `cs_release_stop_signals` a request to stop waits, for half a second at the most: for what would harm others if it
/// were left half done.
void cs_hold_stop_signals(void);

/// Ends the process as a request to stop does, if one came meanwhile.
void cs_release_stop_signals(void);

/// From now on a request to stop is noted, for `cs_stop_signal`. One that comes half a second after the last ends the
/// process with 128 and its number, but for SIGXCPU, which comes every second.
void cs_note_stop_signals(void);

/// The first signal that was noted, 0 while none was.
int cs_stop_signal(void);

/// The name of one of the signals above.
const char *cs_signal_name(int number);

/// Room for a crash's report beside the calling thread's stack, which may be what ran out. The main thread has it.
/// Returns what `cs_release_reserve` takes before the thread ends; NULL where there is no memory.
void *cs_reserve_stack(void);
void cs_release_reserve(void *stack);

#endif
