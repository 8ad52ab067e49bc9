#include "CSignals.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { stopped_status = 75 };

static const struct {
    int number;
    const char *name;
} stop_signals[] = {
    {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}, {SIGHUP, "SIGHUP"}, {SIGXCPU, "SIGXCPU"}};
enum { stop_signal_count = sizeof stop_signals / sizeof stop_signals[0] };

static _Atomic int noting;
static _Atomic int holding;
static _Atomic int held_signal;
static _Atomic int stop_signal;
static _Atomic long long last_nanoseconds;
/// Of the ranks that a launcher started only the first speaks of a stop: the launcher stops them all.
static int speaks = 1;
static int ignores_hangup;

const char *cs_signal_name(int number) {
    for (int i = 0; i < stop_signal_count; i++)
        if (stop_signals[i].number == number) return stop_signals[i].name;
    return "a signal";
}

static void end_now(int number) {
    static _Atomic int ending;
    if (atomic_exchange(&ending, 1)) {
        for (;;) pause();
    }
    if (speaks) {
        struct cs_line line = {0};
        cs_add(&line, "frontprop: stopped by ");
        cs_add(&line, cs_signal_name(number));
        cs_add(&line, "; nothing to save");
        cs_say(&line);
    }
    _exit(stopped_status);
}

/// The moment that a held signal was kept for did not come.
static void end_held(int number) {
    (void)number;
    end_now(held_signal);
}

/// Keeps a signal until it is released, for half a second at the most.
static void hold(int number) {
    int none = 0;
    if (!atomic_compare_exchange_strong(&held_signal, &none, number)) return;
    struct sigaction action = {.sa_handler = end_held, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 500000}, NULL);
    // Released meanwhile, by another thread.
    if (!holding) end_now(number);
}

/// Keeps a signal for `cs_stop_signal`.
static void note(int number) {
    // A launcher passes a signal on to its ranks, so that one press of a key may arrive many times: those of half a second
    // are one.
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    long long now = 1000000000LL * time.tv_sec + time.tv_nsec;
    long long last = atomic_exchange(&last_nanoseconds, now);
    int none = 0;
    if (!atomic_compare_exchange_strong(&stop_signal, &none, number) && number != SIGXCPU && now - last > 500000000LL)
        _exit(128 + number);
}

static void stop(int number) {
    int before = errno;
    if (holding)
        hold(number);
    else if (noting)
        note(number);
    else
        end_now(number);
    errno = before;
}

static void do_nothing(int number) { (void)number; }

void cs_take_signals(void) {
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < stop_signal_count; i++) sigaddset(&action.sa_mask, stop_signals[i].number);
    sigset_t taken = action.sa_mask;
    for (int i = 0; i < stop_signal_count; i++)
        if (stop_signals[i].number != SIGHUP || !ignores_hangup) sigaction(stop_signals[i].number, &action, NULL);
    // Handlers, where to ignore them would do here: a child would inherit that.
    action.sa_handler = do_nothing;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    cs_take_crashes();
    // A parent that blocks them passes that on, too.
    sigprocmask(SIG_UNBLOCK, &taken, NULL);
}

/// Opens what is closed of the standard descriptors.
static void fill_descriptors(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        // For reading, so that what is written to an output that was closed fails; nobody looks for that of messages.
        int mode = descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY;
        if (open("/dev/null", mode) < 0 && open("/", O_RDONLY | O_DIRECTORY) < 0) return;
    }
}

/// The rank by the variables of a launcher, before MPI tells; -1 where none started this process.
static int launched_rank(char **environment) {
    static const char *const names[] = {
        "OMPI_COMM_WORLD_RANK=", "MV2_COMM_WORLD_RANK=", "PMIX_RANK=", "PMI_RANK=", "SLURM_PROCID="};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i]);
        for (char **variable = environment; variable && *variable; variable++) {
            if (strncmp(*variable, names[i], length) != 0) continue;
            int rank = 0;
            for (const char *digit = *variable + length; *digit >= '0' && *digit <= '9' && rank < 100000000; digit++)
                rank = 10 * rank + (*digit - '0');
            return rank;
        }
    }
    return -1;
}

void cs_start(char **environment) {
    static int has_started;
    if (!has_started) {
        has_started = 1;
        fill_descriptors();
        struct sigaction hangup;
        ignores_hangup = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
        speaks = launched_rank(environment) <= 0;
        struct utsname host;
        if (uname(&host) == 0) {
            struct cs_line name = {0};
            cs_add(&name, host.nodename);
            memcpy(cs_name, name.bytes, name.count < sizeof cs_name ? name.count : sizeof cs_name - 1);
        }
    }
    cs_take_signals();
}

void cs_set_name(const char *who) { snprintf(cs_name, sizeof cs_name, "%s", who); }

void cs_hold_stop_signals(void) { holding = 1; }

void cs_release_stop_signals(void) {
    holding = 0;
    if (held_signal) end_now(held_signal);
}

void cs_note_stop_signals(void) { noting = 1; }

int cs_stop_signal(void) { return stop_signal; }
