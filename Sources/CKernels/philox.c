// Philox4x32-10, eight blocks side by side; CKernels.h says more.
#include "CKernels.h"
#include "clones.h"
#include <string.h>

// Of eight blocks, one 32-bit word each.
typedef uint64_t lanes __attribute__((vector_size(64)));

INLINE void philox_round(lanes v[4], uint64_t key0, uint64_t key1) {
    // The compiler multiplies 32 bits where it sees that there are no more.
    const lanes low = (v[0] & UINT32_MAX) * 0xD2511F53, high = (v[2] & UINT32_MAX) * 0xCD9E8D57;
    v[0] = high >> 32 ^ v[1] ^ key0;
    v[1] = high & UINT32_MAX;
    v[2] = low >> 32 ^ v[3] ^ key1;
    v[3] = low & UINT32_MAX;
}

CLONES void ck_philox(uint32_t key0, uint32_t key1, uint64_t first, uint32_t stream, uint32_t purpose, size_t groups,
                      uint32_t *words) {
    for (size_t group = 0; group < groups; group++) {
        const lanes index = first + 8 * group + (lanes){0, 1, 2, 3, 4, 5, 6, 7};
        lanes v[4] = {index & UINT32_MAX, index >> 32, (lanes){0} + stream, (lanes){0} + purpose};
        for (uint32_t round = 0; round < 10; round++)
            philox_round(v, (uint32_t)(key0 + round * 0x9E3779B9), (uint32_t)(key1 + round * 0xBB67AE85));
        const lanes left = v[0] | v[1] << 32, right = v[2] | v[3] << 32;
        const lanes halves[2] = {__builtin_shufflevector(left, right, 0, 8, 1, 9, 2, 10, 3, 11),
                                 __builtin_shufflevector(left, right, 4, 12, 5, 13, 6, 14, 7, 15)};
        memcpy(words + 32 * group, halves, sizeof halves);
    }
}
