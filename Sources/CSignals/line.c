#include "internal.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

char cs_name[512];

void cs_add_bytes(struct cs_line *line, const char *text, size_t count) {
    // A byte stays for the line's end.
    size_t room = sizeof line->bytes - 1 - line->count;
    if (count > room) count = room;
    memcpy(line->bytes + line->count, text, count);
    line->count += count;
}

void cs_add(struct cs_line *line, const char *text) { cs_add_bytes(line, text, strlen(text)); }

void cs_add_hexadecimal(struct cs_line *line, unsigned long number) {
    char digits[2 * sizeof number];
    size_t first = sizeof digits;
    do {
        digits[--first] = "0123456789abcdef"[number % 16];
        number /= 16;
    } while (number > 0);
    cs_add(line, "0x");
    cs_add_bytes(line, digits + first, sizeof digits - first);
}

void cs_say(struct cs_line *line) {
    line->bytes[line->count++] = '\n';
    struct pollfd descriptor = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&descriptor, 1, 100) != 1 || !(descriptor.revents & POLLOUT)) return;
    if (write(STDERR_FILENO, line->bytes, line->count) < 0) return;
}
