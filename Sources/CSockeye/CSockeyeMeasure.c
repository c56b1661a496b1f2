#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeMeasure.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

NO_DEBUG int sockeye_epoll_wait_nanoseconds(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds) {
#ifdef SYS_epoll_pwait2
    // The kernel's own layout of the time, whatever the libc's is.
    struct {
        int64_t seconds, nanoseconds;
    } time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    const void *no_mask = 0;
    return syscall(SYS_epoll_pwait2, epoll, events, capacity, &time, no_mask, 0);
#else
    errno = ENOSYS;
    return -1;
#endif
}

NO_DEBUG void sockeye_timer_slack_least(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

static NO_DEBUG int64_t cpu_of(int who) {
    struct rusage usage;
    if (getrusage(who, &usage) < 0) return -1;
    int64_t seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    int64_t microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return seconds * 1000000000 + microseconds * 1000;
}

NO_DEBUG int64_t sockeye_cpu_of_process(void) { return cpu_of(RUSAGE_SELF); }
NO_DEBUG int64_t sockeye_cpu_of_thread(void) { return cpu_of(RUSAGE_THREAD); }

// RLIM_INFINITY is the largest number of an unsigned type: as a signed one it would be -1.
static NO_DEBUG int64_t bounded(rlim_t limit) { return limit > INT32_MAX ? INT32_MAX : limit; }

NO_DEBUG int64_t sockeye_descriptor_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? -1 : bounded(limit.rlim_cur);
}

NO_DEBUG int64_t sockeye_descriptor_limit_highest(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? -1 : bounded(limit.rlim_max);
}

NO_DEBUG int sockeye_descriptor_limit_raise(int64_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -1;
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

NO_DEBUG int sockeye_bytes_equal(const void *one, const void *other, size_t count) { return memcmp(one, other, count) == 0; }

NO_DEBUG int sockeye_open_write(const char *path) { return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); }
