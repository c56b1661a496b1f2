// Unix sockets: who is at the other end, descriptors in messages, and the file that a bound path is. And what it takes to
// adopt a descriptor from elsewhere. Calls that fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_UNIX_H
#define CSOCKEYE_UNIX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

int sockeye_peer_credentials(int descriptor, int32_t *process, uint32_t *user, uint32_t *group);

// The most descriptors that the kernel takes in one message: SCM_MAX_FD of include/net/scm.h.
enum { SOCKEYE_MOST_DESCRIPTORS = 253 };
// `to` may have a length of 0: the connected peer.
ptrdiff_t sockeye_send_descriptors(
    int descriptor, const void *bytes, size_t count, const struct sockaddr *to, socklen_t to_length, const int32_t *passed,
    int32_t passed_count);
// Who sent a message: the address, and, where SO_PASSCRED asks for it, the process (else 0) and its user.
struct sockeye_sender {
    struct sockaddr_storage from;
    socklen_t from_length;
    int32_t process;
    uint32_t user, group;
};
// `passed` has room for SOCKEYE_MOST_DESCRIPTORS. `truncated` is not 0 when the process had no room for all that came: the
// kernel has then closed the rest. Returns the length of a message, which may be more than was stored.
ptrdiff_t sockeye_receive_descriptors(
    int descriptor, void *bytes, size_t count, int32_t *passed, int32_t *passed_count, int *truncated, struct sockeye_sender *sender);
// One message of a socket that keeps messages apart: its whole length, of which at most `count` bytes have been stored.
ptrdiff_t sockeye_receive_message(int descriptor, void *bytes, size_t count);
// 1 if the peer sends no more, 0 if it may.
int sockeye_peer_has_finished(int descriptor);
// 1: nothing can be said either way any more, since the peer has reset the connection, or closed a Unix socket.
int sockeye_peer_is_gone(int descriptor);

// epoll, edge-triggered as `sockeye_epoll_add`, but for reading alone; and then for both directions. See `Poller.swift`.
int sockeye_epoll_add_reading(int epoll, int descriptor, void *owner);
int sockeye_epoll_watch_both(int epoll, int descriptor, void *owner);

int sockeye_socket_pair(int kind, int nonblocking, int32_t *ends);
int sockeye_set_blocking(int descriptor);
int sockeye_set_close_on_exec(int descriptor);

// What tells one file from another, and from one that has its number later.
struct sockeye_file {
    uint64_t device, inode, born;
    uint32_t mode;
    // 1 a socket, 2 a folder, 0 anything else.
    uint32_t kind;
};
int sockeye_file_identity(const char *path, struct sockeye_file *out);
int sockeye_set_mode_before_bind(int descriptor, uint32_t mode);
int sockeye_set_mode(const char *path, uint32_t mode);
// Opens a folder and locks it against others that do the same; EWOULDBLOCK when somebody has it. Closing unlocks.
int sockeye_lock_folder(const char *path);
void sockeye_pause_ms(int milliseconds);
void sockeye_unset_environment(const char *name);

#endif
