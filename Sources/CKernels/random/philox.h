// Philox4x32-10, eight blocks side by side: of each, one 32-bit word in a lane.
#ifndef CK_PHILOX_H
#define CK_PHILOX_H

#include "../clones.h"
#include <stdint.h>

typedef uint64_t philox_words __attribute__((vector_size(64)));

#define all_philox_words(x) ((philox_words){0} + (x))

INLINE void philox_round(philox_words v[4], uint64_t key0, uint64_t key1) {
    // The compiler multiplies 32 bits where it sees that there are no more.
    const philox_words low = (v[0] & UINT32_MAX) * 0xD2511F53, high = (v[2] & UINT32_MAX) * 0xCD9E8D57;
    v[0] = high >> 32 ^ v[1] ^ key0;
    v[1] = high & UINT32_MAX;
    v[2] = low >> 32 ^ v[3] ^ key1;
    v[3] = low & UINT32_MAX;
}

// Makes the blocks' words of the counters'.
INLINE void philox_blocks(philox_words v[4], uint32_t key0, uint32_t key1) {
    for (uint32_t round = 0; round < 10; round++)
        philox_round(v, (uint32_t)(key0 + round * 0x9E3779B9), (uint32_t)(key1 + round * 0xBB67AE85));
}

#endif
