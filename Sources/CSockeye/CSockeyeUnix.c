#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeUnix.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

// Somebody may have asked for credentials as well (SO_PASSCRED), and they come first.
enum { CONTROL_BYTES = CMSG_SPACE(sizeof(int32_t) * SOCKEYE_MOST_DESCRIPTORS) + CMSG_SPACE(sizeof(struct ucred)) };
// The macro has a cast, which matters in code only: see NoDebug.h.
enum { CONTROL_HEAD = CMSG_LEN(0) };

// The room that a control message takes: its length, so that the next one is aligned as a header is.
static NO_DEBUG size_t control_room(size_t length) {
    size_t unit = sizeof length;
    return (length + unit - 1) / unit * unit;
}

// A control message must be aligned as its header is.
union control {
    struct cmsghdr header;
    char bytes[CONTROL_BYTES];
};

// The macro CMSG_DATA without its cast, and with the bounds that the caller has checked.
static NO_DEBUG void *payload(struct cmsghdr *header) {
    void *raw = header;
    char *bytes = raw;
    return bytes + CONTROL_HEAD;
}

NO_DEBUG int sockeye_peer_credentials(int descriptor, int32_t *process, uint32_t *user, uint32_t *group) {
    struct ucred who;
    socklen_t length = sizeof who;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0) return -1;
    *process = who.pid;
    *user = who.uid;
    *group = who.gid;
    return 0;
}

NO_DEBUG ptrdiff_t sockeye_send_descriptors(
    int descriptor, const void *bytes, size_t count, const struct sockaddr *to, socklen_t to_length, const int32_t *passed,
    int32_t passed_count) {
    union control control;
    struct iovec piece = {.iov_len = count};
    struct msghdr message;
    // iov_base is not const, and a cast would bring debug information: see NoDebug.h.
    memcpy(&piece.iov_base, &bytes, sizeof bytes);
    memset(&control, 0, sizeof control);
    memset(&message, 0, sizeof message);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (to_length) memcpy(&message.msg_name, &to, sizeof to), message.msg_namelen = to_length;
    if (passed_count > 0) {
        size_t size = sizeof *passed * passed_count;
        message.msg_control = &control;
        message.msg_controllen = control_room(CONTROL_HEAD + size);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CONTROL_HEAD + size;
        memcpy(payload(&control.header), passed, size);
    }
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

NO_DEBUG ptrdiff_t sockeye_receive_descriptors(
    int descriptor, void *bytes, size_t count, int32_t *passed, int32_t *passed_count, int *truncated, struct sockeye_sender *sender) {
    union control control;
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    message.msg_name = &sender->from;
    message.msg_namelen = sizeof sender->from;
    sender->process = 0;
    *passed_count = 0;
    // MSG_TRUNC says how long a message was of a socket that keeps them apart; a stream would drop its bytes.
    int kind = SOCK_STREAM;
    socklen_t length = sizeof kind;
    getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &length);
    ptrdiff_t received = recvmsg(descriptor, &message, MSG_CMSG_CLOEXEC | (kind == SOCK_STREAM ? 0 : MSG_TRUNC));
    if (received < 0) return -1;
    *truncated = message.msg_flags & MSG_CTRUNC;
    sender->from_length = message.msg_namelen;
    // There is one header with descriptors in a message today. Should a kernel send several, each of their descriptors is taken.
    size_t at = 0;
    while (at + sizeof(struct cmsghdr) <= message.msg_controllen) {
        struct cmsghdr header;
        memcpy(&header, control.bytes + at, sizeof header);
        if (header.cmsg_len < CONTROL_HEAD || at + header.cmsg_len > message.msg_controllen) break;
        if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_RIGHTS) {
            size_t size = header.cmsg_len - CONTROL_HEAD, room = sizeof *passed * (SOCKEYE_MOST_DESCRIPTORS - *passed_count);
            if (size > room) size = room;
            memcpy(passed + *passed_count, control.bytes + at + CONTROL_HEAD, size);
            *passed_count += size / sizeof *passed;
        } else if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;
            memcpy(&who, control.bytes + at + CONTROL_HEAD, sizeof who);
            sender->process = who.pid, sender->user = who.uid, sender->group = who.gid;
        }
        at += control_room(header.cmsg_len);
    }
    return received;
}

NO_DEBUG ptrdiff_t sockeye_receive_message(int descriptor, void *bytes, size_t count) {
    return recv(descriptor, bytes, count, MSG_TRUNC);
}

NO_DEBUG int sockeye_peer_has_finished(int descriptor) {
    struct pollfd one = {.fd = descriptor, .events = POLLRDHUP};
    int unread = 0;
    if (poll(&one, 1, 0) < 0) return -1;
    if (!(one.revents & (POLLRDHUP | POLLHUP | POLLERR))) return 0;
    // Finished, but what it sent before may still wait here: the sum of all messages.
    return ioctl(descriptor, FIONREAD, &unread) == 0 && unread > 0 ? 0 : 1;
}

NO_DEBUG int sockeye_peer_is_gone(int descriptor) {
    struct pollfd one = {.fd = descriptor};
    if (poll(&one, 1, 0) < 0) return -1;
    return one.revents & (POLLHUP | POLLERR) ? 1 : 0;
}

NO_DEBUG int sockeye_epoll_add_reading(int epoll, int descriptor, void *owner) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = owner};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

NO_DEBUG int sockeye_epoll_watch_both(int epoll, int descriptor, void *owner) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = owner};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event);
}

NO_DEBUG int sockeye_socket_pair(int kind, int nonblocking, int32_t *ends) {
    return socketpair(AF_UNIX, kind | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0, ends);
}

NO_DEBUG int sockeye_set_blocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
}

NO_DEBUG int sockeye_set_close_on_exec(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

NO_DEBUG int sockeye_file_identity(const char *path, struct sockeye_file *out) {
    struct statx about;
    memset(&about, 0, sizeof about);
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &about) < 0) return -1;
    memset(out, 0, sizeof *out);
    out->device = about.stx_dev_major;
    out->device = out->device << 32 | about.stx_dev_minor;
    out->inode = about.stx_ino;
    if (about.stx_mask & STATX_BTIME) out->born = about.stx_btime.tv_sec * 1000000000ull + about.stx_btime.tv_nsec;
    out->mode = about.stx_mode & 07777;
    out->kind = S_ISSOCK(about.stx_mode) ? 1 : S_ISDIR(about.stx_mode) ? 2 : 0;
    return 0;
}

NO_DEBUG int sockeye_set_mode_before_bind(int descriptor, uint32_t mode) { return fchmod(descriptor, mode); }
NO_DEBUG int sockeye_set_mode(const char *path, uint32_t mode) { return chmod(path, mode); }

NO_DEBUG int sockeye_lock_folder(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    if (flock(folder, LOCK_EX | LOCK_NB) == 0) return folder;
    int error = errno;
    close(folder);
    errno = error;
    return -1;
}

NO_DEBUG void sockeye_pause_ms(int milliseconds) { poll(0, 0, milliseconds); }
NO_DEBUG void sockeye_unset_environment(const char *name) { unsetenv(name); }
