#ifndef FRONTPROP_CMALLOC_SHIM_H
#define FRONTPROP_CMALLOC_SHIM_H

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Gives memory that was allocated and freed back to the system, where the C library would keep it.
static inline void cmalloc_trim(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#endif
