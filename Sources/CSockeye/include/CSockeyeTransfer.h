// Bytes that pass through the kernel without being copied to the program. Calls that fail return -1 and leave errno.
// Nothing here decides anything.
#ifndef CSOCKEYE_TRANSFER_H
#define CSOCKEYE_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

// sendfile and splice raise SIGPIPE when the peer has gone, and take no flag against it. With `shielded` not 0 the signal is
// kept from this thread, which costs two more system calls: for threads that have not blocked it.
ptrdiff_t sockeye_send_file(int descriptor, int file, int64_t offset, size_t count, int shielded);
ptrdiff_t sockeye_splice(int from, int to, size_t count, int shielded);

int sockeye_nonblocking_pipe(int32_t *ends);
// How many bytes the pipe holds now: what was asked for, or what it was where that is not allowed.
int sockeye_pipe_resize(int descriptor, int bytes);

int sockeye_open_file(const char *path);
// The length of a file; -1 and errno where there is none: EISDIR for a folder, ESPIPE for a pipe or a device.
int64_t sockeye_file_length(int file);
// In C: pread.
ptrdiff_t sockeye_read_at(int file, void *bytes, size_t count, int64_t offset);

#endif
