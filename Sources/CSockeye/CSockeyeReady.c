#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeReady.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

NO_DEBUG int sockeye_is_inherited(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    return flags >= 0 && !(flags & FD_CLOEXEC);
}

NO_DEBUG int sockeye_takes_writes(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

NO_DEBUG int sockeye_rename(const char *from, const char *to) { return rename(from, to); }

static NO_DEBUG int check_folder(const char *folder) {
    struct stat about;
    if (stat(folder, &about) != 0) return -1;
    if (!S_ISDIR(about.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS);
}

NO_DEBUG int sockeye_check_making(const char *path, const char *folder) {
    struct stat about;
    // Not what a link leads to: the link itself would be replaced.
    if (lstat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : EEXIST;
        return -1;
    }
    return check_folder(folder);
}

NO_DEBUG int sockeye_check_writing(const char *path, const char *folder) {
    struct stat about;
    if (stat(path, &about) != 0) return check_folder(folder);
    if (S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS);
}

NO_DEBUG int sockeye_check_reading(const char *path) { return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS); }

NO_DEBUG int sockeye_is_pipe(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISFIFO(about.st_mode);
}

NO_DEBUG int sockeye_is_character_device(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISCHR(about.st_mode);
}

NO_DEBUG int sockeye_is_same_file(int one, int other) {
    struct stat first, second;
    if (fstat(one, &first) != 0 || fstat(other, &second) != 0) return 0;
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}
