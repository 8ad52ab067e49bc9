#include "CStart.h"

#include "CSignals.h"

static void start(int count, char **arguments, char **environment) {
    (void)count, (void)arguments;
    cs_start(environment);
}

typedef void initializer(int count, char **arguments, char **environment);

// Before the libraries' own constructors, some of which take long, or crash.
__attribute__((section(".preinit_array"), used)) static initializer *const first = start;

// And after them: Swift's runtime may have taken the crashes for its own backtrace.
__attribute__((section(".init_array"), used)) static initializer *const again = start;
