#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeFaults.h"
#include "NoDebug.h"

#include <string.h>
#include <sys/socket.h>

NO_DEBUG int sockeye_faults_on = 0;

// Connecting to no address at all dissolves what there is, and the kernel tells the peer so with a reset.
NO_DEBUG int sockeye_disconnect(int descriptor) {
    struct sockaddr nowhere;
    memset(&nowhere, 0, sizeof nowhere);
    nowhere.sa_family = AF_UNSPEC;
    return connect(descriptor, &nowhere, sizeof nowhere);
}

NO_DEBUG int sockeye_shutdown_both(int descriptor) { return shutdown(descriptor, SHUT_RDWR); }
