// Counts the calling thread's allocations.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stddef.h>

/// Calls of malloc and its relatives that this thread has made, by whatever library. Always 0 where they cannot be counted.
size_t ca_allocation_count(void);
/// Whether they can be: the C library is glibc, which lets a program stand in for malloc.
int ca_can_count(void);

#endif
