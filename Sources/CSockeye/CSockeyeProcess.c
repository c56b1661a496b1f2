#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeProcess.h"
#include "NoDebug.h"

#include <errno.h>
#include <poll.h>

NO_DEBUG int sockeye_wait_unread(int descriptor) {
    // No events are asked for: an error and a hang-up are told in any case.
    struct pollfd one = {.fd = descriptor, .events = 0};
    while (1) {
        int count = poll(&one, 1, -1);
        if (count > 0) return one.revents & POLLNVAL ? -1 : 1;
        if (count < 0 && errno != EINTR) return -1;
    }
}
