// How the rows of a compressed set lie in memory; CKernels.h says it in words.
#include "CKernels.h"
#include <string.h>

typedef struct __attribute__((packed)) {
    uint16_t first;
    uint8_t offsets[CK_UNIT_ENTRIES];
    uint8_t values[CK_UNIT_ENTRIES];
} row_unit;

_Static_assert(sizeof(row_unit) == CK_UNIT_BYTES, "a unit has no gaps");

typedef struct {
    const row_unit *units;
    size_t count;
} compressed_row;

static inline compressed_row row_at(ck_rows rows, uint32_t sample) {
    return (compressed_row){(const row_unit *)rows.units + rows.offsets[sample],
                            (size_t)(rows.offsets[sample + 1] - rows.offsets[sample])};
}
