#define _GNU_SOURCE
#include "CSignals.h"
#include "internal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

enum { internal_error_status = 70, reserve_bytes = 64 << 10 };

static char main_reserve[reserve_bytes];

static const char *cause(int number) {
    switch (number) {
    case SIGBUS: return "memory that was promised is not there (SIGBUS; /dev/shm may be full)";
    case SIGSEGV: return "bad memory address (SIGSEGV)";
    case SIGFPE: return "bad arithmetic (SIGFPE)";
    case SIGABRT: return "a library gave up (SIGABRT)";
    case SIGSYS: return "a system call is forbidden (SIGSYS)";
    default: return "one of the program's own checks failed";
    }
}

/// Where the thread was when the signal came; NULL on a processor that is not known here.
static void *interrupted(const ucontext_t *context) {
#if defined(__x86_64__)
    return (void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (void *)context->uc_mcontext.pc;
#else
    (void)context;
    return NULL;
#endif
}

/// Where a thread came from that called no function's address.
static void *caller(const ucontext_t *context) {
#if defined(__x86_64__)
    return *(void **)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (void *)context->uc_mcontext.regs[30];
#else
    (void)context;
    return NULL;
#endif
}

/// What is certain, and the whole line.
static struct cs_line certain, whole;

/// The report itself crashed, or hangs on a lock that the crashed thread holds.
static void give_up(int number) {
    (void)number;
    cs_say(&certain);
    _exit(internal_error_status);
}

struct trace {
    int count;
    void *addresses[64];
};

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *frame, void *opaque) {
    struct trace *trace = opaque;
    if (trace->count == sizeof trace->addresses / sizeof trace->addresses[0]) return _URC_END_OF_STACK;
    trace->addresses[trace->count++] = (void *)_Unwind_GetIP(frame);
    return _URC_NO_REASON;
}

// Not `backtrace`, which allocates at its first call; and found when the program is loaded, not at the crash.
static _Unwind_Reason_Code (*const volatile unwind)(_Unwind_Trace_Fn, void *) = _Unwind_Backtrace;

static void report(int number, siginfo_t *information, void *context) {
    (void)information;
    static _Atomic int reporting;
    if (atomic_exchange(&reporting, 1)) {
        for (;;) pause();
    }
    struct sigaction action = {.sa_handler = give_up, .sa_flags = SA_NODEFER};
    sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS, SIGALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&action.sa_mask, numbers[i]);
    }
    sigprocmask(SIG_UNBLOCK, &action.sa_mask, NULL);

    cs_add(&certain, "frontprop: ");
    cs_add(&certain, cs_name);
    cs_add(&certain, cs_name[0] ? ": " : "");
    cs_add(&certain, cause(number));
    whole = certain;
    void *place = interrupted(context);
    cs_add_address(&certain, place);
    alarm(2);
    static struct trace trace;
    unwind(add_frame, &trace);
    // The innermost are those of this handler.
    int first = 0;
    while (first < trace.count && trace.addresses[first] != place) first++;
    if (first < trace.count - 1) {
        cs_add_place(&whole, trace.addresses + first, trace.count - first);
    } else {
        // No frame is known where the thread was.
        void *two[] = {place, caller(context)};
        cs_add_place(&whole, two, 2);
    }
    alarm(0);
    cs_say(&whole);
    _exit(internal_error_status);
}

void cs_take_crashes(void) {
    stack_t stack = {.ss_sp = main_reserve, .ss_size = sizeof main_reserve};
    stack_t before;
    if (sigaltstack(NULL, &before) == 0 && before.ss_flags & SS_DISABLE) sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = report, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
    sigset_t taken;
    sigemptyset(&taken);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&taken, numbers[i]);
    }
    sigprocmask(SIG_UNBLOCK, &taken, NULL);
}

void *cs_reserve_stack(void) {
    stack_t stack = {.ss_sp = malloc(reserve_bytes), .ss_size = reserve_bytes};
    if (stack.ss_sp && sigaltstack(&stack, NULL) == 0) return stack.ss_sp;
    free(stack.ss_sp);
    return NULL;
}

void cs_release_reserve(void *stack) {
    stack_t none = {.ss_flags = SS_DISABLE};
    if (stack) sigaltstack(&none, NULL);
    free(stack);
}
