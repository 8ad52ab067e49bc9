// How this process was started, and with which code it ends where a library ends it.
#ifndef CPROCESS_H
#define CPROCESS_H

/// The path of the file that this process runs, as the kernel was given it; it needs no /proc.
const char *cp_program(void);

/// From now on a library that ends this process by `exit`, or by `_exit` with a code below 64, ends it with `status` instead, after
/// `message` on standard error. NULL ends this.
///
/// `message` stays where it is until then.
void cp_replace_exit(const char *message, int status);

#endif
