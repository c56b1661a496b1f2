// What the relay and the lessons need beyond the rest: a file that is written, the time of day, what TCP counts, and
// which thread this is.
// Calls that fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_RELAY_H
#define CSOCKEYE_RELAY_H

#include <stdint.h>

// Opens a file for writing, made anew or emptied.
int sockeye_file_create(const char *path);
// Nanoseconds since 1970.
int64_t sockeye_unix_nanoseconds(void);
// How many segments with data a TCP connection has received; -1 where nobody counts.
int64_t sockeye_segments_received(int descriptor);
// The number under which /proc/self/task has this thread.
int sockeye_thread_id(void);

#endif
