// Random words one behind the other; CKernels.h says more.
#include "philox.h"
#include "CKernels.h"
#include <string.h>

CLONES void ck_philox(uint32_t key0, uint32_t key1, uint64_t first, uint32_t stream, uint32_t purpose, size_t groups,
                      uint32_t *words) {
    for (size_t group = 0; group < groups; group++) {
        const philox_words index = first + 8 * group + (philox_words){0, 1, 2, 3, 4, 5, 6, 7};
        philox_words v[4] = {index & UINT32_MAX, index >> 32, all_philox_words(stream), all_philox_words(purpose)};
        philox_blocks(v, key0, key1);
        const philox_words left = v[0] | v[1] << 32, right = v[2] | v[3] << 32;
        const philox_words halves[2] = {__builtin_shufflevector(left, right, 0, 8, 1, 9, 2, 10, 3, 11),
                                        __builtin_shufflevector(left, right, 4, 12, 5, 13, 6, 14, 7, 15)};
        memcpy(words + 32 * group, halves, sizeof halves);
    }
}
