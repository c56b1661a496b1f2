#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeTransfer.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// SIGPIPE is raised for the thread that made the call. A signal that was pending before is the program's own and stays.
struct shield {
    sigset_t before;
    int was_pending;
};

static NO_DEBUG void pipe_signal(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

static NO_DEBUG void raise_shield(struct shield *shield) {
    sigset_t set, pending;
    pipe_signal(&set);
    sigpending(&pending);
    shield->was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &shield->before);
}

// A peer that goes in the middle of a call raises it as well, and then the call returns how far it has come and no error.
static NO_DEBUG void lower_shield(struct shield *shield, ptrdiff_t moved, size_t wanted) {
    int error = errno;
    size_t done = moved < 0 ? 0 : moved;
    if (done < wanted && !shield->was_pending) {
        struct timespec none = {0, 0};
        sigset_t set;
        pipe_signal(&set);
        sigtimedwait(&set, 0, &none);
    }
    pthread_sigmask(SIG_SETMASK, &shield->before, 0);
    errno = error;
}

NO_DEBUG ptrdiff_t sockeye_send_file(int descriptor, int file, int64_t offset, size_t count, int shielded) {
    struct shield shield;
    off_t from = offset;
    if (!shielded) return sendfile(descriptor, file, &from, count);
    raise_shield(&shield);
    ptrdiff_t sent = sendfile(descriptor, file, &from, count);
    lower_shield(&shield, sent, count);
    return sent;
}

NO_DEBUG ptrdiff_t sockeye_splice(int from, int to, size_t count, int shielded) {
    struct shield shield;
    if (!shielded) return splice(from, 0, to, 0, count, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    raise_shield(&shield);
    ptrdiff_t moved = splice(from, 0, to, 0, count, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    lower_shield(&shield, moved, count);
    return moved;
}

NO_DEBUG int sockeye_nonblocking_pipe(int32_t *ends) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }

NO_DEBUG int sockeye_pipe_resize(int descriptor, int bytes) {
    int now = fcntl(descriptor, F_SETPIPE_SZ, bytes);
    return now < 0 ? fcntl(descriptor, F_GETPIPE_SZ) : now;
}

// Not blocking, or a pipe without a writer would hold the caller up for ever.
NO_DEBUG int sockeye_open_file(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }

NO_DEBUG int64_t sockeye_file_length(int file) {
    struct stat about;
    if (fstat(file, &about) < 0) return -1;
    if (S_ISREG(about.st_mode)) return about.st_size;
    errno = S_ISDIR(about.st_mode) ? EISDIR : ESPIPE;
    return -1;
}

NO_DEBUG ptrdiff_t sockeye_read_at(int file, void *bytes, size_t count, int64_t offset) {
    return pread(file, bytes, count, offset);
}
