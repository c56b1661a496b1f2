#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeProcess.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

NO_DEBUG int sockeye_wait_unread(int descriptor) {
    // No events are asked for: an error and a hang-up are told in any case.
    struct pollfd one = {.fd = descriptor, .events = 0};
    while (1) {
        int count = poll(&one, 1, -1);
        if (count > 0) return one.revents & POLLNVAL ? -1 : 1;
        if (count < 0 && errno != EINTR) return -1;
    }
}

NO_DEBUG int sockeye_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

NO_DEBUG int sockeye_spawn(char *const *arguments, char *const *environment, int input, int output, int errors, int *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        errno = error;
        return -1;
    }
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        // What is duplicated is not close-on-exec; all else is.
        error = posix_spawn_file_actions_adddup2(&actions, input, 0);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, errors, 2);
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 34)
        // What this process itself was started with is not meant for its children either.
        if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
#endif
        if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
        if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
        if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
        if (!error)
            error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        pid_t child = 0;
        if (!error) error = posix_spawnp(&child, arguments[0], &actions, &attributes, arguments, environment);
        *process = child;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (!error) return 0;
    errno = error;
    return -1;
}

NO_DEBUG int sockeye_child_wait(int process) {
    siginfo_t about;
    return waitid(P_PID, process, &about, WEXITED | WNOWAIT);
}

NO_DEBUG int sockeye_child_reap(int process) {
    siginfo_t about;
    if (waitid(P_PID, process, &about, WEXITED) < 0) return -1;
    return about.si_code == CLD_EXITED ? about.si_status : 128 + about.si_status;
}

NO_DEBUG int sockeye_child_signal(int process, int number) { return kill(-process, number); }
NO_DEBUG int sockeye_signal_terminate(void) { return SIGTERM; }
NO_DEBUG int sockeye_signal_kill(void) { return SIGKILL; }

NO_DEBUG const char *sockeye_environment_entry(int index) { return environ[index]; }

NO_DEBUG int sockeye_is_folder(const char *path) {
    struct stat about;
    if (stat(path, &about) < 0) return -1;
    return S_ISDIR(about.st_mode) ? 1 : 0;
}

NO_DEBUG int sockeye_is_executable(const char *path) {
    if (access(path, X_OK) < 0) return -1;
    return sockeye_is_folder(path) == 0 ? 1 : 0;
}

NO_DEBUG int sockeye_file_empty(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

NO_DEBUG int sockeye_file_new(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

NO_DEBUG void sockeye_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
