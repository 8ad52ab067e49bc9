// Dropout's masks, in either precision: included after vectors.h. CKernels.h says what they are.
#include "philox.h"

// A unit's numbers for eight samples, which lie side by side.
typedef REAL eight_numbers __attribute__((vector_size(8 * sizeof(REAL))));
typedef REAL eight_unaligned __attribute__((vector_size(8 * sizeof(REAL)), aligned(4), may_alias));
typedef __typeof__((eight_numbers){0} > (eight_numbers){0}) eight_masks;

INLINE void drop_eight(const philox_words *draws, const ck_dropout *dropout, REAL *values, REAL *beside) {
    const eight_masks kept =
        __builtin_convertvector(*draws >= all_philox_words(dropout->threshold), eight_masks);
    const eight_numbers scale = (REAL)dropout->scale - (eight_numbers){0};
    eight_unaligned *a = (eight_unaligned *)values, *derivative = (eight_unaligned *)beside;
    *a = (eight_numbers)((eight_masks)(*a * scale) & kept);
    *derivative = (eight_numbers)((eight_masks)(*derivative * scale) & kept);
}

CLONES void NAME(drop)(ck_dropout dropout, uint32_t layer, const uint32_t *samples, size_t count, size_t n,
                       size_t stride, REAL *activation, REAL *beside) {
    for (size_t s = 0; s < stride; s += 8) {
        philox_words numbers = {0};
        for (size_t i = 0; i < 8 && s + i < count; i++) numbers[i] = samples[s + i];
        for (size_t q = 0; q < n; q += 8) {
            philox_words v[4] = {numbers, all_philox_words(q / 8), all_philox_words(dropout.step),
                                 all_philox_words(dropout.purpose | layer << 8)};
            philox_blocks(v, dropout.key0, dropout.key1);
            for (size_t i = 0; i < 8 && q + i < n; i++) {
                const philox_words draws = i % 2 == 0 ? v[i / 2] & UINT16_MAX : v[i / 2] >> 16;
                drop_eight(&draws, &dropout, activation + (q + i) * stride + s, beside + (q + i) * stride + s);
            }
        }
    }
}
