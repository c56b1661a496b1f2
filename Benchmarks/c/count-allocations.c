// Preloaded into a server (LD_PRELOAD), counts its heap allocations. On SIGUSR1 the count so far is written to the file
// that the environment variable ALLOCATION_COUNT names, as one line of decimal digits.
//
// The allocator below is glibc's own, called by its internal names: looking it up with dlsym would itself allocate.
// Memory that a program maps for itself (Go's heap, Python's arenas) does not come through here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong allocations;
static const char *destination;

static void counted(void) { atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed); }

void *malloc(size_t size) {
    counted();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    counted();
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    counted();
    return __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size) {
    counted();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *out = memory;
    return 0;
}

// Only calls that are safe in a signal handler: no stdio, no allocation.
static void report(int signal_number) {
    (void)signal_number;
    int saved = errno;
    char line[24];
    size_t start = sizeof line;
    unsigned long value = atomic_load(&allocations);
    line[--start] = '\n';
    do line[--start] = (char)('0' + value % 10);
    while (value /= 10);
    int fd = open(destination, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0) {
        ssize_t written = write(fd, line + start, sizeof line - start);
        (void)written;
        close(fd);
    }
    errno = saved;
}

__attribute__((constructor)) static void install(void) {
    destination = getenv("ALLOCATION_COUNT");
    if (!destination) return;
    struct sigaction action = {.sa_handler = report, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
}
