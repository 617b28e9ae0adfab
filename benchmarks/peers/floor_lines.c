/* The floor of row A: read blocks, find the line ends, write "0\n" for each: floor_lines FILE */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1 << 20)

static char in[BLOCK_BYTES], out[2 * BLOCK_BYTES];

int main(int argc, char **argv)
{
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (fd < 0) {
        fprintf(stderr, "usage: floor_lines FILE\n");
        return 2;
    }
    ssize_t got;
    while ((got = read(fd, in, sizeof in)) > 0) {
        size_t used = 0;
        char *end = in + got, *newline;
        for (char *from = in; (newline = memchr(from, '\n', (size_t)(end - from))); from = newline + 1) {
            out[used++] = '0';
            out[used++] = '\n';
        }
        if (write(1, out, used) != (ssize_t)used)
            return 1;
    }
    return got < 0;
}
