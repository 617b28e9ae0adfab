/* A floor: read a file in blocks, write so many bytes, do nothing else: floor_io FILE BYTES */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1 << 20)

static char block[BLOCK_BYTES];

int main(int argc, char **argv)
{
    int fd = argc == 3 ? open(argv[1], O_RDONLY) : -1;
    if (fd < 0) {
        fprintf(stderr, "usage: floor_io FILE BYTES\n");
        return 2;
    }
    ssize_t done;
    while ((done = read(fd, block, sizeof block)) > 0)
        ;
    if (done < 0)
        return 1;
    for (long long left = atoll(argv[2]); left > 0; left -= done) {
        done = write(1, block, left < BLOCK_BYTES ? (size_t)left : sizeof block);
        if (done < 0)
            return 1;
    }
    return 0;
}
