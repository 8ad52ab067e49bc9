// What both precisions share: vectors of 64 bytes, or of VECTOR_BYTES where that is defined. Included with REAL defined.
#include "clones.h"
#include "inputs/rows.h"
#include <math.h>

// Every contraction is written out, so that each instruction set gives the same bits.
#pragma STDC FP_CONTRACT OFF

// Inlined functions take vectors by address: by value, a clone's calling convention would differ from the default's.
#ifndef VECTOR_BYTES
#define VECTOR_BYTES 64
#endif
typedef REAL vec __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL vec_unaligned __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
#define LANES (VECTOR_BYTES / sizeof(REAL))

// Half of them, for loops that read what they then write: with whole vectors such a loop takes a sixth longer, where
// a store of 64 bytes takes as long as two of 32.
typedef REAL half __attribute__((vector_size(32)));
typedef REAL half_unaligned __attribute__((vector_size(32), aligned(4), may_alias));
#define HALF_LANES (32 / sizeof(REAL))

// Eight doubles, whatever the precision.
typedef double doubles __attribute__((vector_size(64)));

#define load(p) (*(const vec_unaligned *)(p))
#define store(p, v) (*(vec_unaligned *)(p) = (v))
// A subtraction, for x + 0 is not x where x is -0, so that the compiler would have to add.
#define splat(x) ((REAL)(x) - (vec){0})
// mask ? a : b, lane by lane.
#define choose(mask, a, b) ((vec)(((mask) & (ivec)(a)) | (~(mask) & (ivec)(b))))
#define fused(a, b, c) __builtin_elementwise_fma((vec)(a), (vec)(b), (vec)(c))

// 2^n, of a normal double.
INLINE double power_of_two(int n) {
    const uint64_t bits = (uint64_t)(n + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

INLINE uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
