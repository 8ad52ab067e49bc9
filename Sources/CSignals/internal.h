// Shared by this module's files; only calls that a signal's handler may make.
#ifndef CS_INTERNAL_H
#define CS_INTERNAL_H

#include <stddef.h>

/// A line under way. What does not fit is left out.
struct cs_line {
    size_t count;
    char bytes[1024];
};

void cs_add(struct cs_line *line, const char *text);
void cs_add_bytes(struct cs_line *line, const char *text, size_t count);
void cs_add_hexadecimal(struct cs_line *line, unsigned long number);

/// Ends the line, and writes it to standard error where that takes it at once.
void cs_say(struct cs_line *line);

/// How this process is called in messages.
extern char cs_name[512];

/// Makes crashes end the process with a report, also where the main thread's stack has run out.
void cs_take_crashes(void);

/// Adds an address of this program, or any; takes no lock.
void cs_add_address(struct cs_line *line, const void *address);

/// Adds the function that the crash is in, by the addresses of its callers, the innermost first.
void cs_add_place(struct cs_line *line, void *const *addresses, int count);

#endif
