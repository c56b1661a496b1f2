#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyePlatform.h"
#include "CSockeyeTerminal.h"
#include "NoDebug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

// Written once, before there is a second thread.
static NO_DEBUG int ignores_hangup;

static NO_DEBUG void ending_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    if (!ignores_hangup) sigaddset(set, SIGHUP);
}

static NO_DEBUG void do_nothing(int number) { number += 0; }

NO_DEBUG void sockeye_signals_prepare(void) {
    sigset_t ending;
    struct sigaction standard, ignoring, hangup;
    memset(&standard, 0, sizeof standard);
    memset(&ignoring, 0, sizeof ignoring);
    ignoring.sa_handler = do_nothing;
    ignoring.sa_flags = SA_RESTART;
    // nohup wants the program to outlive its terminal.
    // SIG_IGN is the address 1, behind a cast, which leaves a trace in the debug information.
    uintptr_t ignored = 1;
    ignores_hangup =
        sigaction(SIGHUP, 0, &hangup) == 0 && memcmp(&hangup.sa_handler, &ignored, sizeof ignored) == 0;
    ending_signals(&ending);
    // A shell without job control starts background programs with SIGINT ignored, and then it would never come.
    sigaction(SIGINT, &standard, 0);
    sigaction(SIGTERM, &standard, 0);
    pthread_sigmask(SIG_BLOCK, &ending, 0);
    // A handler and not SIG_IGN: a program that is started from here gets the default back.
    sigaction(SIGPIPE, &ignoring, 0);
}

NO_DEBUG int sockeye_signals_wait(int milliseconds) {
    sigset_t ending;
    struct timespec limit = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    ending_signals(&ending);
    while (1) {
        int number = milliseconds < 0 ? sigwaitinfo(&ending, 0) : sigtimedwait(&ending, 0, &limit);
        if (number > 0) return number;
        if (errno == EAGAIN) return 0;
    }
}

NO_DEBUG int sockeye_signal_hangup(void) { return SIGHUP; }

NO_DEBUG void sockeye_exit(int status) {
    sockeye_terminal_restore();
    _exit(status);
}

NO_DEBUG int sockeye_is_terminal(int descriptor) { return isatty(descriptor); }

static NO_DEBUG const char null_device[] = "/dev/null";

NO_DEBUG void sockeye_standard_streams_open(void) {
    // The lowest free number is given out, so 0 is tried before 1 and 1 before 2.
    for (int stream = 0; stream <= 2; stream++) {
        // What is written to a closed standard output must fail, and not vanish.
        if (fcntl(stream, F_GETFD) < 0) open(null_device, stream == 1 ? O_RDONLY : O_RDWR);
    }
}

NO_DEBUG void sockeye_terminal_drop_input(int descriptor) { tcflush(descriptor, TCIFLUSH); }

NO_DEBUG int sockeye_is_socket(const char *path) {
    struct stat about;
    if (stat(path, &about) < 0) return -1;
    return S_ISSOCK(about.st_mode) ? 1 : 0;
}

NO_DEBUG int sockeye_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

static NO_DEBUG int wait_for(int descriptor, short events, int milliseconds) {
    struct pollfd one = {.fd = descriptor, .events = events};
    int count = poll(&one, 1, milliseconds);
    return count > 0 ? 1 : count;
}

NO_DEBUG int sockeye_wait_readable(int descriptor, int milliseconds) { return wait_for(descriptor, POLLIN, milliseconds); }
NO_DEBUG int sockeye_wait_writable(int descriptor, int milliseconds) { return wait_for(descriptor, POLLOUT, milliseconds); }
NO_DEBUG ptrdiff_t sockeye_read(int descriptor, void *bytes, size_t count) { return read(descriptor, bytes, count); }
NO_DEBUG ptrdiff_t sockeye_write(int descriptor, const void *bytes, size_t count) { return write(descriptor, bytes, count); }

NO_DEBUG void *sockeye_semaphore_create(void) {
    sem_t *semaphore = malloc(sizeof *semaphore);
    if (semaphore) sem_init(semaphore, 0, 0);
    return semaphore;
}

NO_DEBUG void sockeye_semaphore_destroy(void *semaphore) {
    sem_destroy(semaphore);
    free(semaphore);
}

NO_DEBUG void sockeye_semaphore_signal(void *semaphore) { sem_post(semaphore); }

NO_DEBUG void sockeye_semaphore_wait(void *semaphore) {
    while (sem_wait(semaphore) < 0 && errno == EINTR) {
    }
}

NO_DEBUG int64_t sockeye_thread_waits(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) < 0 ? -1 : usage.ru_nvcsw;
}

NO_DEBUG int sockeye_interfaces(void *context, void (*each)(void *, const char *, const struct sockaddr_storage *)) {
    struct ifaddrs *all = 0;
    if (getifaddrs(&all) < 0) return -1;
    for (struct ifaddrs *one = all; one; one = one->ifa_next) {
        if (!one->ifa_addr || !(one->ifa_flags & IFF_UP)) continue;
        int family = one->ifa_addr->sa_family;
        size_t size = family == AF_INET ? sizeof(struct sockaddr_in) : family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
        if (!size) continue;
        struct sockaddr_storage address;
        memset(&address, 0, sizeof address);
        memcpy(&address, one->ifa_addr, size);
        each(context, one->ifa_name, &address);
    }
    freeifaddrs(all);
    return 0;
}

NO_DEBUG int sockeye_open_read(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }

NO_DEBUG ptrdiff_t sockeye_read_link(const char *path, char *target, size_t count) { return readlink(path, target, count); }

NO_DEBUG int sockeye_list(const char *path, void *context, void (*each)(void *, const char *)) {
    DIR *folder = opendir(path);
    if (!folder) return -1;
    for (struct dirent *one = readdir(folder); one; one = readdir(folder)) each(context, one->d_name);
    closedir(folder);
    return 0;
}

NO_DEBUG int sockeye_remove(const char *path) { return unlink(path); }
NO_DEBUG int sockeye_process_id(void) { return getpid(); }
NO_DEBUG int sockeye_user_id(void) { return geteuid(); }

NO_DEBUG const char *sockeye_environment(const char *name) { return getenv(name); }
