// Rows of bytes: compression, and the transposed gather.
#include "CKernels.h"
#include <string.h>

static size_t padded(size_t entries) { return (entries + CK_ROW_ENTRIES - 1) / CK_ROW_ENTRIES * CK_ROW_ENTRIES; }

// The bytes of eight that are not zero.
static size_t nonzero_bytes(uint64_t word) {
    const uint64_t low = 0x7F7F7F7F7F7F7F7F;
    return (size_t)__builtin_popcountll((((word & low) + low) | word) & ~low);
}

size_t ck_compressed_size(const uint8_t *dense, size_t count, size_t columns) {
    size_t size = 0;
    for (size_t r = 0; r < count; r++) {
        const uint8_t *row = dense + r * columns;
        size_t entries = 0, c = 0;
        for (; c + 8 <= columns; c += 8) {
            uint64_t word;
            memcpy(&word, row + c, 8);
            entries += nonzero_bytes(word);
        }
        for (; c < columns; c++) entries += row[c] != 0;
        size += padded(entries) / CK_ROW_ENTRIES * CK_ROW_UNIT;
    }
    return size;
}

// Puts the row's entries to `places` and `values`, each with room for one more; returns how many. Every column is put
// there and the next overwrites it if it was zero: a branch would be mispredicted at each edge of what is drawn.
static size_t compress_row(const uint8_t *row, size_t columns, uint16_t *places, uint8_t *values) {
    size_t entries = 0, c = 0;
    while (c < columns) {
        uint64_t word = 1;
        if (c + 8 <= columns) memcpy(&word, row + c, 8);
        size_t end = c + 8 <= columns ? c + 8 : columns;
        for (; word != 0 && c < end; c++) {
            places[entries] = (uint16_t)c;
            values[entries] = row[c];
            entries += row[c] != 0;
        }
        c = end;
    }
    return entries;
}

void ck_compress(const uint8_t *dense, size_t count, size_t columns, uint8_t *bytes, uint32_t *offsets) {
    uint8_t *record = bytes;
    uint16_t places[65536 + CK_ROW_ENTRIES];
    uint8_t values[65536 + CK_ROW_ENTRIES];
    for (size_t r = 0; r < count; r++) {
        offsets[r] = (uint32_t)((size_t)(record - bytes) / CK_ROW_UNIT);
        size_t entries = compress_row(dense + r * columns, columns, places, values);
        size_t end = padded(entries);
        for (size_t e = entries; e < end; e++) {
            places[e] = (uint16_t)((e - entries) % columns);
            values[e] = 0;
        }
        memcpy(record, places, 2 * end);
        memcpy(record + 2 * end, values, end);
        record += 3 * end;
    }
    offsets[count] = (uint32_t)((size_t)(record - bytes) / CK_ROW_UNIT);
}

void ck_gather_bytes(ck_rows rows, const uint32_t *samples, size_t count, uint8_t *out, size_t stride) {
    memset(out, 0, stride * rows.columns);
    for (size_t s = 0; s < count; s++) {
        if (rows.offsets == NULL) {
            const uint8_t *row = rows.bytes + (size_t)samples[s] * rows.columns;
            for (size_t c = 0; c < rows.columns; c++) out[c * stride + s] = row[c];
            continue;
        }
        const uint8_t *record = rows.bytes + CK_ROW_UNIT * (size_t)rows.offsets[samples[s]];
        size_t entries = CK_ROW_ENTRIES * (size_t)(rows.offsets[samples[s] + 1] - rows.offsets[samples[s]]);
        const uint16_t *place = (const uint16_t *)record;
        const uint8_t *values = record + 2 * entries;
        // From the end, where the zeros are that fill up the row: their columns may hold other bytes.
        for (size_t e = entries; e-- > 0;) out[place[e] * stride + s] = values[e];
    }
}
