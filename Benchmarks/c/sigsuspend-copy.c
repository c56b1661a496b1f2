// Preloaded into a server under valgrind. Valgrind (3.19, Debian 12) writes into the signal mask that sigsuspend is given.
// libdispatch, under every Swift program with an async main, gives it a mask in read-only memory, and valgrind crashes.
// So it gets a copy on the stack. Nothing on a message's path passes here. Goes when no supported valgrind does that.
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    enum { KERNEL_MASK_BYTES = 8 }; // the kernel's set of 64 signals, not the C library's of 1024
    return (int)syscall(SYS_rt_sigsuspend, &copy, KERNEL_MASK_BYTES);
}
