// What a process does when it is told to stop, and when it crashes.
#ifndef CSIGNALS_H
#define CSIGNALS_H

/// From now on SIGTERM, SIGINT and SIGUSR1 are noted; a second one ends the process at once, as the first did before.
void cs_watch_stop_signals(void);

/// The signal that came, 0 while none did.
int cs_stop_signal(void);

/// From now on a crash (a failed check, a bad address, a full /dev/shm) ends the process with `status`, after one line on
/// standard error that begins with `who`.
void cs_report_crashes(const char *who, int status);

#endif
