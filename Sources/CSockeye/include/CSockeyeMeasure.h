// What measuring needs: a precise wait, what this process has cost, and how many descriptors it may have. Calls that
// fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_MEASURE_H
#define CSOCKEYE_MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

// epoll_wait with a time in nanoseconds. A kernel without it (before Linux 5.11) answers ENOSYS.
int sockeye_epoll_wait_nanoseconds(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds);

// Lets the timers of this thread be as late as the kernel's clock is coarse, and not 50 microseconds more.
void sockeye_timer_slack_least(void);

// Processor time in nanoseconds, user and system together: of the whole process, and of this thread.
int64_t sockeye_cpu_of_process(void);
int64_t sockeye_cpu_of_thread(void);

// How many descriptors this process may have: now, and if it asks for more.
int64_t sockeye_descriptor_limit(void);
int64_t sockeye_descriptor_limit_highest(void);
int sockeye_descriptor_limit_raise(int64_t count);

// 1 when the bytes are the same.
int sockeye_bytes_equal(const void *one, const void *other, size_t count);

// Writes a whole file, new or in place of an old one.
int sockeye_open_write(const char *path);

#endif
