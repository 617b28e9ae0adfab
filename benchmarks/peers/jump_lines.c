/* Key lines to bucket numbers, one thread: jump_lines FILE BUCKETS > numbers
 *
 * The yardstick of row A. Blocks are read, each line is hashed by xxh64 (seed 0), the hash goes
 * through jump consistent hash (Lamping and Veach, 2014), the bucket's digits go into a block out.
 * A line ends in \n or \r\n. xxh64 is written from its specification
 * (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1 << 20)
#define DIGITS_BYTES 11 /* 2147483646 and \n */

#define P1 0x9E3779B185EBCA87ULL
#define P2 0xC2B2AE3D27D4EB4FULL
#define P3 0x165667B19E3779F9ULL
#define P4 0x85EBCA77C2B2AE63ULL
#define P5 0x27D4EB2F165667C5ULL

static inline uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }

/* Little-endian machines only, as are all that the peers run on. */
static inline uint64_t read64(const unsigned char *p) { uint64_t x; memcpy(&x, p, 8); return x; }
static inline uint32_t read32(const unsigned char *p) { uint32_t x; memcpy(&x, p, 4); return x; }

static inline uint64_t round64(uint64_t lane, uint64_t word) { return rotate(lane + word * P2, 31) * P1; }

static inline uint64_t xxh64(const unsigned char *p, size_t length)
{
    const unsigned char *end = p + length;
    uint64_t h = P5;
    if (length >= 32) {
        uint64_t lane[4] = {P1 + P2, P2, 0, 0 - P1};
        for (; end - p >= 32; p += 32)
            for (int i = 0; i < 4; i++)
                lane[i] = round64(lane[i], read64(p + 8 * i));
        h = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
        for (int i = 0; i < 4; i++)
            h = (h ^ round64(0, lane[i])) * P1 + P4;
    }
    h += length;
    for (; end - p >= 8; p += 8)
        h = rotate(h ^ round64(0, read64(p)), 27) * P1 + P4;
    if (end - p >= 4) {
        h = rotate(h ^ read32(p) * P1, 23) * P2 + P3;
        p += 4;
    }
    for (; p < end; p++)
        h = rotate(h ^ *p * P5, 11) * P1;
    h = (h ^ h >> 33) * P2;
    h = (h ^ h >> 29) * P3;
    return h ^ h >> 32;
}

static inline int32_t jump(uint64_t key, int32_t buckets)
{
    int64_t bucket = -1, next = 0;
    while (next < buckets) {
        bucket = next;
        key = key * 2862933555777941757ULL + 1;
        next = (int64_t)((bucket + 1) * ((double)(1LL << 31) / (double)((key >> 33) + 1)));
    }
    return (int32_t)bucket;
}

static void fail(const char *what)
{
    fprintf(stderr, "jump_lines: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_all(const char *p, size_t length)
{
    while (length) {
        ssize_t written = write(1, p, length);
        if (written < 0) {
            if (errno == EINTR)
                continue;
            fail("write");
        }
        p += written;
        length -= (size_t)written;
    }
}

static char out[BLOCK_BYTES];
static size_t out_used;

static inline void answer(const unsigned char *line, size_t length, int32_t buckets)
{
    if (length && line[length - 1] == '\r')
        length--;
    uint32_t bucket = (uint32_t)jump(xxh64(line, length), buckets);
    if (out_used > sizeof out - DIGITS_BYTES) {
        write_all(out, out_used);
        out_used = 0;
    }
    char digits[DIGITS_BYTES];
    int n = 0;
    do
        digits[n++] = (char)('0' + bucket % 10);
    while (bucket /= 10);
    while (n)
        out[out_used++] = digits[--n];
    out[out_used++] = '\n';
}

int main(int argc, char **argv)
{
    if (argc != 3 || atoi(argv[2]) < 1) {
        fprintf(stderr, "usage: jump_lines FILE BUCKETS\n");
        return 2;
    }
    int fd = open(argv[1], O_RDONLY);
    if (fd < 0)
        fail(argv[1]);
    int32_t buckets = atoi(argv[2]);
    size_t capacity = BLOCK_BYTES, held = 0;
    unsigned char *in = malloc(capacity);
    for (;;) {
        if (held == capacity) /* one line fills the block */
            in = realloc(in, capacity *= 2);
        if (!in)
            fail("memory");
        ssize_t got = read(fd, in + held, capacity - held);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            fail(argv[1]);
        }
        size_t searched = held;
        held += (size_t)got;
        unsigned char *line = in, *end = in + held, *newline;
        for (unsigned char *from = in + searched; (newline = memchr(from, '\n', (size_t)(end - from))); from = line) {
            answer(line, (size_t)(newline - line), buckets);
            line = newline + 1;
        }
        held = (size_t)(end - line);
        if (got == 0) {
            if (held)
                answer(line, held, buckets);
            break;
        }
        memmove(in, line, held);
    }
    write_all(out, out_used);
    return 0;
}
