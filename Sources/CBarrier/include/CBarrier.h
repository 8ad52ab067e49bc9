// A barrier, and things to take, in memory that threads and processes share.
#ifndef CBARRIER_H
#define CBARRIER_H

#include <stdint.h>

// Zeroed memory, aligned to 64 bytes, is a barrier ready for use. Each word has a cache line of its own.
typedef struct {
    struct { uint32_t word, unused[15]; } arrived, generation, sleepers;
} cb_barrier;

/// Waits until `count` callers have come. Polls `spins` times first, then sleeps in the kernel, so that a worker
/// whose partner has no core gives it one. What was written before the call is seen by all after it.
void cb_wait(cb_barrier *barrier, uint32_t count, uint32_t spins);

/// Takes the next of `count` things of a turn that nobody has taken: its number, or `count` when none is left.
///
/// Zeroed memory is a place before turn 1. All must have ended with a turn before one begins with the next.
uint32_t cb_take(uint64_t *place, uint32_t turn, uint32_t count);

#endif
