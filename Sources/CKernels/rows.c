// Rows of bytes: compression, and the transposed gather.
#include "CKernels.h"
#include <string.h>

size_t ck_compressed_size(const uint8_t *dense, size_t count, size_t columns) {
    size_t size = 0;
    for (size_t r = 0; r < count; r++) {
        const uint8_t *row = dense + r * columns;
        size_t entries = 0;
        for (size_t c = 0; c < columns; c++) entries += row[c] != 0;
        size += (2 + 3 * entries + 1) & ~(size_t)1;
    }
    return size;
}

void ck_compress(const uint8_t *dense, size_t count, size_t columns, uint8_t *bytes, uint32_t *offsets) {
    uint8_t *record = bytes;
    uint8_t values[65536];
    for (size_t r = 0; r < count; r++) {
        const uint8_t *row = dense + r * columns;
        uint16_t *header = (uint16_t *)record;
        size_t entries = 0, c = 0;
        offsets[r] = (uint32_t)((size_t)(record - bytes) / 2);
        while (c < columns) {
            uint64_t word = 1;
            if (c + 8 <= columns) memcpy(&word, row + c, 8);
            if (word == 0) {
                c += 8;
                continue;
            }
            size_t end = c + 8 <= columns ? c + 8 : columns;
            for (; c < end; c++) {
                if (row[c] == 0) continue;
                header[1 + entries] = (uint16_t)c;
                values[entries++] = row[c];
            }
        }
        header[0] = (uint16_t)entries;
        memcpy(record + 2 + 2 * entries, values, entries);
        size_t size = 2 + 3 * entries;
        if (size & 1) record[size++] = 0;
        record += size;
    }
    offsets[count] = (uint32_t)((size_t)(record - bytes) / 2);
}

void ck_gather_bytes(ck_rows rows, const uint32_t *samples, size_t count, uint8_t *out, size_t stride) {
    memset(out, 0, stride * rows.columns);
    for (size_t s = 0; s < count; s++) {
        if (rows.offsets == NULL) {
            const uint8_t *row = rows.bytes + (size_t)samples[s] * rows.columns;
            for (size_t c = 0; c < rows.columns; c++) out[c * stride + s] = row[c];
            continue;
        }
        const uint8_t *record = rows.bytes + 2 * (size_t)rows.offsets[samples[s]];
        const uint16_t *header = (const uint16_t *)record;
        size_t entries = header[0];
        const uint8_t *values = record + 2 + 2 * entries;
        for (size_t e = 0; e < entries; e++) out[header[1 + e] * stride + s] = values[e];
    }
}
