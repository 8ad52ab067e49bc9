// How the rows of a compressed set lie in memory; CKernels.h says it in words.
#include "CKernels.h"
#include <string.h>

typedef struct __attribute__((packed)) {
    uint16_t first;
    uint8_t offsets[CK_UNIT_ENTRIES];
    uint8_t values[CK_UNIT_ENTRIES];
} row_unit;

// The byte that stands for one, and what a byte of one stands for.
#define BYTE_OF_ONE 255
#define NUMBER_OF_BYTE ((REAL)1 / BYTE_OF_ONE)

_Static_assert(sizeof(row_unit) == CK_UNIT_BYTES, "a unit has no gaps");

typedef struct {
    const row_unit *units;
    size_t count;
} compressed_row;

static inline compressed_row row_at(ck_rows rows, uint32_t sample) {
    return (compressed_row){(const row_unit *)rows.units + rows.offsets[sample],
                            (size_t)(rows.offsets[sample + 1] - rows.offsets[sample])};
}

// Transposes CK_GROUP × CK_GROUP bytes: each round interleaves the vectors of the two halves.
typedef uint8_t group __attribute__((vector_size(CK_GROUP)));
static inline void transpose_group(group v[CK_GROUP]) {
    for (size_t round = 1; round < CK_GROUP; round *= 2) {
        group next[CK_GROUP];
        for (size_t i = 0; i < CK_GROUP / 2; i++) {
            next[2 * i] = __builtin_shufflevector(v[i], v[i + CK_GROUP / 2], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                                  6, 22, 7, 23);
            next[2 * i + 1] = __builtin_shufflevector(v[i], v[i + CK_GROUP / 2], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                                      13, 29, 14, 30, 15, 31);
        }
        memcpy(v, next, sizeof next);
    }
}
