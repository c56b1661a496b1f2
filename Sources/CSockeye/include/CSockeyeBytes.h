// The two calls that every message makes. As recv and send of the libc, but for one thing: those are cancellation points of POSIX
// threads, and in a program with several threads each of them pays for that with two locked instructions. Nobody cancels a
// thread of Swift's. Calls that fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_BYTES_H
#define CSOCKEYE_BYTES_H

#include <stddef.h>
#include <stdint.h>

ptrdiff_t sockeye_receive(int descriptor, void *bytes, size_t count);
// Never raises SIGPIPE.
ptrdiff_t sockeye_send(int descriptor, const void *bytes, size_t count);

// Where a byte, or a sequence of at least one byte, first occurs: its index, or -1. As memchr and memmem.
ptrdiff_t sockeye_find_byte(const void *bytes, size_t count, uint8_t wanted);
ptrdiff_t sockeye_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count);

#endif
