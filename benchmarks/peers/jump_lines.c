/* Lines on stdin -> jump(xxh64(line), buckets), one number a line, on stdout.
   The plain C program that `rvhctl jump-hash` is measured against:
   gcc -O3 -o jump_lines jump_lines.c && ./jump_lines BUCKETS < keys.txt */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define P1 0x9E3779B185EBCA87ULL
#define P2 0xC2B2AE3D27D4EB4FULL
#define P3 0x165667B19E3779F9ULL
#define P4 0x85EBCA77C2B2AE63ULL
#define P5 0x27D4EB2F165667C5ULL

static inline uint64_t rotl(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }
static inline uint64_t read64(const unsigned char *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline uint32_t read32(const unsigned char *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static inline uint64_t round1(uint64_t acc, uint64_t word) { return rotl(acc + word * P2, 31) * P1; }

static inline uint64_t xxh64(const unsigned char *p, size_t size) {
    const unsigned char *end = p + size;
    uint64_t h;
    if (size >= 32) {
        uint64_t lane[4] = {P1 + P2, P2, 0, 0 - P1};
        for (; p + 32 <= end; p += 32)
            for (int i = 0; i < 4; i++) lane[i] = round1(lane[i], read64(p + 8 * i));
        h = rotl(lane[0], 1) + rotl(lane[1], 7) + rotl(lane[2], 12) + rotl(lane[3], 18);
        for (int i = 0; i < 4; i++) h = (h ^ round1(0, lane[i])) * P1 + P4;
    } else {
        h = P5;
    }
    h += size;
    for (; p + 8 <= end; p += 8) h = rotl(h ^ round1(0, read64(p)), 27) * P1 + P4;
    if (p + 4 <= end) {
        h = rotl(h ^ (read32(p) * P1), 23) * P2 + P3;
        p += 4;
    }
    for (; p < end; p++) h = rotl(h ^ (*p * P5), 11) * P1;
    h = (h ^ (h >> 33)) * P2;
    h = (h ^ (h >> 29)) * P3;
    return h ^ (h >> 32);
}

static inline int32_t jump(uint64_t key, int32_t buckets) {
    int64_t bucket = -1, next = 0;
    while (next < buckets) {
        bucket = next;
        key = key * 2862933555777941757ULL + 1;
        next = (bucket + 1) * ((double)(1LL << 31) / (double)((key >> 33) + 1));
    }
    return bucket;
}

#define BLOCK (1 << 20)

static char *put(char *out, int32_t number) {
    char digits[12];
    int n = 0;
    do digits[n++] = '0' + number % 10; while (number /= 10);
    while (n) *out++ = digits[--n];
    *out++ = '\n';
    return out;
}

static void write_all(const char *from, size_t size) {
    while (size) {
        ssize_t n = write(1, from, size);
        if (n < 0) exit(1);
        from += n;
        size -= n;
    }
}

int main(int argc, char **argv) {
    int32_t buckets = argc > 1 ? atoi(argv[1]) : 0;
    if (buckets < 1) return 2;
    size_t room = 2 * BLOCK, held = 0;
    unsigned char *block = malloc(room);
    char *out = malloc(12 * (size_t)BLOCK + 64), *to;
    for (;;) {
        if (room - held < BLOCK) block = realloc(block, room *= 2);
        ssize_t n = read(0, block + held, BLOCK);
        if (n < 0) return 1;
        if (n == 0) break;
        unsigned char *line = block, *end = block + held + n, *stop;
        /* what is held has no line feed: at most BLOCK lines come of one read */
        to = out;
        while ((stop = memchr(line, '\n', end - line))) {
            size_t size = stop - line;
            if (size && line[size - 1] == '\r') size--;
            to = put(to, jump(xxh64(line, size), buckets));
            line = stop + 1;
        }
        write_all(out, to - out);
        held = end - line;
        memmove(block, line, held);
    }
    if (held) write_all(out, put(out, jump(xxh64(block, held), buckets)) - out);
    return 0;
}
