#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeRelay.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

NO_DEBUG int sockeye_file_create(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

NO_DEBUG int64_t sockeye_unix_nanoseconds(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t seconds = now.tv_sec;
    return seconds * 1000000000 + now.tv_nsec;
}

NO_DEBUG int64_t sockeye_segments_received(int descriptor) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
    // A kernel before 4.6 knows a shorter structure, and does not count these.
    if (size < offsetof(struct tcp_info, tcpi_data_segs_in) + sizeof info.tcpi_data_segs_in) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return info.tcpi_data_segs_in;
}

NO_DEBUG int sockeye_thread_id(void) { return gettid(); }
