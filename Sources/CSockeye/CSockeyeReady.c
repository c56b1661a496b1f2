#include "CSockeyeReady.h"
#include "NoDebug.h"

#include <fcntl.h>
#include <stdio.h>

NO_DEBUG int sockeye_is_inherited(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    return flags >= 0 && !(flags & FD_CLOEXEC);
}

NO_DEBUG int sockeye_rename(const char *from, const char *to) { return rename(from, to); }
