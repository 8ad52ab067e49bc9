#include "CStart.h"

#include "CSignals.h"

#include <execinfo.h>

static void start(int count, char **arguments, char **environment) {
    (void)count, (void)arguments;
    cs_start(environment);
}

// Before the libraries' own constructors, some of which take long, or crash.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = start;

// And after them: Swift's runtime may have taken the crashes for its own backtrace.
__attribute__((constructor, used)) static void again(int count, char **arguments, char **environment) {
    start(count, arguments, environment);
    // A trace's first call may load a library, for which it takes locks that a crashed thread may hold. Not earlier: that
    // library's start wants the C library's.
    void *here;
    backtrace(&here, 1);
}
