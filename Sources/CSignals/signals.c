#include "CSignals.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;
static struct timespec stop_time;
static char crash_who[512];
static int crash_status;

// A launcher passes a signal on to its ranks, so that one press of a key may arrive twice: signals within half a second
// are one.
static void note_stop(int number) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (stop_signal == 0) {
        stop_time = now;
        stop_signal = number;
        return;
    }
    double since = (double)(now.tv_sec - stop_time.tv_sec) + 1e-9 * (double)(now.tv_nsec - stop_time.tv_nsec);
    if (since > 0.5) _exit(128 + number);
}

void cs_watch_stop_signals(void) {
    struct sigaction action = {.sa_handler = note_stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGTERM, SIGINT, SIGUSR1};
    for (int i = 0; i < 3; i++) sigaddset(&action.sa_mask, numbers[i]);
    for (int i = 0; i < 3; i++) sigaction(numbers[i], &action, NULL);
}

int cs_stop_signal(void) { return stop_signal; }

static void put(const char *text) {
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

// Only calls that a signal's handler may make.
static void report_crash(int number) {
    put(crash_who);
    switch (number) {
    case SIGBUS: put("memory that was promised is not there (SIGBUS): /dev/shm may be full\n"); break;
    case SIGSEGV: put("bad memory address (SIGSEGV)\n"); break;
    case SIGFPE: put("bad arithmetic (SIGFPE)\n"); break;
    case SIGABRT: put("a library gave up (SIGABRT)\n"); break;
    default: put("one of the program's own checks failed\n"); break;
    }
    _exit(crash_status);
}

void cs_report_crashes(const char *who, int status) {
    snprintf(crash_who, sizeof crash_who, "%s", who);
    crash_status = status;
    struct sigaction action = {.sa_handler = report_crash, .sa_flags = SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    for (int i = 0; i < 6; i++) sigaction(numbers[i], &action, NULL);
}
