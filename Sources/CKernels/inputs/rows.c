// Rows of bytes: compression, and chosen rows turned round.
#include "rows.h"

// Puts the row's columns that are not zero to `places`, with room for one more; returns how many. Every column is put
// there and the next overwrites it if it was zero: a branch would be mispredicted at each edge of what is drawn.
static size_t nonzero_columns(const uint8_t *row, size_t columns, uint16_t *places) {
    size_t entries = 0, c = 0;
    while (c < columns) {
        uint64_t word = 1;
        if (c + 8 <= columns) memcpy(&word, row + c, 8);
        size_t end = c + 8 <= columns ? c + 8 : columns;
        for (; word != 0 && c < end; c++) {
            places[entries] = (uint16_t)c;
            entries += row[c] != 0;
        }
        c = end;
    }
    return entries;
}

// Puts the row's units to `out`, if that is not null; returns how many.
static size_t compress_row(const uint8_t *row, size_t columns, uint8_t *out) {
    uint16_t places[65536 + 1];
    const size_t entries = nonzero_columns(row, columns, places);
    // So far from the end that any eight columns from there are columns of the row.
    const size_t last = columns < CK_UNIT_ENTRIES ? 0 : columns - CK_UNIT_ENTRIES;
    size_t units = 0;
    for (size_t e = 0; e < entries; units++) {
        row_unit next = {.first = (uint16_t)(places[e] < last ? places[e] : last)};
        size_t t = 0;
        for (; t < CK_UNIT_ENTRIES && e < entries && places[e] - next.first < 256; t++, e++) {
            next.offsets[t] = (uint8_t)(places[e] - next.first);
            next.values[t] = row[places[e]];
        }
        // Zeros at columns that differ, for no addition is to wait for another.
        for (; t < CK_UNIT_ENTRIES; t++) next.offsets[t] = (uint8_t)(t % columns);
        if (out != NULL) memcpy(out + units * CK_UNIT_BYTES, &next, CK_UNIT_BYTES);
    }
    return units;
}

size_t ck_compressed_size(const uint8_t *dense, size_t count, size_t columns) {
    size_t units = 0;
    for (size_t r = 0; r < count; r++) units += compress_row(dense + r * columns, columns, NULL);
    return units * CK_UNIT_BYTES;
}

void ck_compress(const uint8_t *dense, size_t count, size_t columns, uint8_t *units, uint32_t *offsets) {
    size_t done = 0;
    for (size_t r = 0; r < count; r++) {
        offsets[r] = (uint32_t)done;
        done += compress_row(dense + r * columns, columns, units + done * CK_UNIT_BYTES);
    }
    offsets[count] = (uint32_t)done;
}

void ck_gather_bytes(ck_rows rows, const uint32_t *samples, size_t count, uint8_t *out, size_t stride) {
    for (size_t s = 0; s < stride; s += CK_GROUP)
        for (size_t c = 0; c < rows.columns; c += CK_GROUP) {
            group tile[CK_GROUP] = {{0}};
            for (size_t i = 0; i < CK_GROUP && s + i < count; i++)
                memcpy(&tile[i], rows.dense + samples[s + i] * (size_t)rows.columns + c, sizeof(group));
            transpose_group(tile);
            for (size_t i = 0; i < CK_GROUP && c + i < rows.columns; i++)
                memcpy(out + (c + i) * stride + s, &tile[i], sizeof(group));
        }
}

// Of a long row the processor itself goes on from its first lines.
void ck_prefetch_numbers(ck_numbers rows, const uint32_t *samples, size_t count) {
    const char *base = rows.single != NULL ? (const char *)rows.single : (const char *)rows.wide;
    const size_t bytes = rows.columns * (rows.single != NULL ? sizeof *rows.single : sizeof *rows.wide);
    for (size_t s = 0; s < count; s++)
        for (size_t line = 0; line < bytes && line < 512; line += 64)
            __builtin_prefetch(base + samples[s] * bytes + line, 0, 2);
}
