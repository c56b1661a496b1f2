#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeBytes.h"
#include "NoDebug.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Where the kernel has no such calls of their own, as on an old 32-bit x86, the libc knows another way.
#if defined(SYS_recvfrom) && defined(SYS_sendto)
NO_DEBUG ptrdiff_t sockeye_receive(int descriptor, void *bytes, size_t count) {
    const void *nobody = 0;
    return syscall(SYS_recvfrom, descriptor, bytes, count, 0L, nobody, nobody);
}

NO_DEBUG ptrdiff_t sockeye_send(int descriptor, const void *bytes, size_t count) {
    const void *nobody = 0;
    const long flags = MSG_NOSIGNAL;
    return syscall(SYS_sendto, descriptor, bytes, count, flags, nobody, 0L);
}
#else
NO_DEBUG ptrdiff_t sockeye_receive(int descriptor, void *bytes, size_t count) { return recv(descriptor, bytes, count, 0); }
NO_DEBUG ptrdiff_t sockeye_send(int descriptor, const void *bytes, size_t count) { return send(descriptor, bytes, count, MSG_NOSIGNAL); }
#endif

NO_DEBUG ptrdiff_t sockeye_find_byte(const void *bytes, size_t count, uint8_t wanted) {
    const char *found = count ? memchr(bytes, wanted, count) : 0;
    const char *first = bytes;
    return found ? found - first : -1;
}

NO_DEBUG ptrdiff_t sockeye_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count) {
    const char *found = count ? memmem(bytes, count, wanted, wanted_count) : 0;
    const char *first = bytes;
    return found ? found - first : -1;
}
