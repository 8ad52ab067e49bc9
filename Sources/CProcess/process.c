#define _GNU_SOURCE
#include "CProcess.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of Swift's runtime. Without it `CommandLine.arguments` is read from /proc, and is empty where there is none.
void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

// The C library gives main's arguments to constructors as well.
__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
    if (count > 0) _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
}

const char *cp_program(void) {
    const char *path = (const char *)getauxval(AT_EXECFN);
    return path == NULL ? "" : path;
}

static const char *exit_message;
static int exit_status;

static void end_instead(void) {
    if (exit_message != NULL) _exit(1);
}

void cp_replace_exit(const char *message, int status) {
    // MPICH ends by `exit`, whose last call is its own library's.
    static int is_asked;
    if (!is_asked) is_asked = atexit(end_instead) == 0;
    exit_message = message;
    exit_status = status;
}

// Stands before the C library's for all libraries that this program is linked with. Open MPI answers an initialisation
// that fails with `_exit(1)`, and knows no other way: there is no communicator yet whose errors could be returned.
_Noreturn void _exit(int status) {
    if (exit_message != NULL && status < 64) {
        if (write(STDERR_FILENO, exit_message, strlen(exit_message)) >= 0) {}
        status = exit_status;
    }
    for (;;) syscall(SYS_exit_group, status);
}
