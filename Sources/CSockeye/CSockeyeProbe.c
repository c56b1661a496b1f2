#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeProbe.h"
#include "NoDebug.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// The system's macros for these have casts, which matter in code only: see NoDebug.h.
enum { CONTROL_HEAD = CMSG_LEN(0), ATTRIBUTE_HEAD = RTA_LENGTH(0) };

static NO_DEBUG const char null_device[] = "/dev/null";

// The next multiple of a unit.
static NO_DEBUG size_t aligned(size_t length, size_t unit) { return (length + unit - 1) / unit * unit; }

NO_DEBUG int sockeye_keep_errors(int descriptor, int is_ipv6) {
    int on = 1;
    int ipv4 = setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    // An IPv6 socket takes both: its peer may be an IPv4 address in disguise.
    return is_ipv6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on) : ipv4;
}

// The address of whoever complained follows the error itself.
static NO_DEBUG void take(const unsigned char *data, size_t count, struct sockeye_queued_error *out) {
    struct sock_extended_err error;
    struct sockaddr_storage offender;
    size_t rest;
    if (count < sizeof error) return;
    memcpy(&error, data, sizeof error);
    out->error = error.ee_errno;
    out->origin = error.ee_origin;
    out->type = error.ee_type;
    out->code = error.ee_code;
    out->info = error.ee_info;
    memset(&offender, 0, sizeof offender);
    rest = count - sizeof error;
    memcpy(&offender, data + sizeof error, rest < sizeof offender ? rest : sizeof offender);
    if (offender.ss_family == AF_INET || offender.ss_family == AF_INET6) out->offender = offender;
}

NO_DEBUG int sockeye_take_error(int descriptor, struct sockeye_queued_error *out) {
    unsigned char control[512], bytes[64];
    struct iovec piece = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    memset(out, 0, sizeof *out);
    ssize_t count;
    do {
        count = recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    size_t end = message.msg_controllen, at = 0;
    struct cmsghdr header;
    size_t head = CONTROL_HEAD;
    while (at + head <= end) {
        memcpy(&header, control + at, sizeof header);
        if (header.cmsg_len < head || at + header.cmsg_len > end) break;
        int is_error = (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_RECVERR)
            || (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_RECVERR);
        if (is_error) take(control + at + head, header.cmsg_len - head, out);
        at += aligned(header.cmsg_len, sizeof header.cmsg_len);
    }
    return 1;
}

NO_DEBUG int sockeye_set_hops(int descriptor, int is_ipv6, int hops) {
    return is_ipv6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof hops)
                   : setsockopt(descriptor, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
}

NO_DEBUG int sockeye_send_whole(int descriptor, int is_ipv6) {
    int ipv4 = IP_PMTUDISC_PROBE, ipv6 = IPV6_PMTUDISC_PROBE;
    return is_ipv6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &ipv6, sizeof ipv6)
                   : setsockopt(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, &ipv4, sizeof ipv4);
}

NO_DEBUG int sockeye_tcp_figures(int descriptor, uint32_t *round_trip, uint32_t *sent_again) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return -1;
    *round_trip = info.tcpi_rtt;
    *sent_again = info.tcpi_total_retrans;
    return 0;
}

extern char **environ;

NO_DEBUG pid_t sockeye_program_start(const char *path, char *const arguments[], int *output) {
    int ends[2], error;
    pid_t id = -1;
    sigset_t none, standard;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    sigemptyset(&none);
    sigfillset(&standard);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, null_device, O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    // Threads here have signals blocked, and that would be inherited: the program could not be stopped.
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawn(&id, path, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        errno = error;
        return -1;
    }
    *output = ends[0];
    return id;
}

NO_DEBUG int sockeye_program_end(pid_t id, int by_force) {
    int status = 0;
    pid_t ended;
    if (by_force) kill(id, SIGKILL);
    do {
        ended = waitpid(id, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// One neighbour of the answer: its address is an attribute behind the fixed part.
static NO_DEBUG void neighbour(const unsigned char *data, size_t count, void *context, void (*each)(void *, const struct sockaddr_storage *, unsigned, unsigned)) {
    struct ndmsg about;
    struct rtattr attribute;
    size_t at = aligned(sizeof about, NLMSG_ALIGNTO), head = ATTRIBUTE_HEAD;
    if (count < sizeof about) return;
    memcpy(&about, data, sizeof about);
    while (at + head <= count) {
        memcpy(&attribute, data + at, sizeof attribute);
        if (attribute.rta_len < head || at + attribute.rta_len > count) return;
        if (attribute.rta_type == NDA_DST) {
            struct sockaddr_storage address;
            void *raw = &address;
            memset(&address, 0, sizeof address);
            address.ss_family = about.ndm_family;
            if (about.ndm_family == AF_INET) {
                struct sockaddr_in *in = raw;
                memcpy(&in->sin_addr, data + at + head, sizeof in->sin_addr);
            } else if (about.ndm_family == AF_INET6) {
                struct sockaddr_in6 *in = raw;
                memcpy(&in->sin6_addr, data + at + head, sizeof in->sin6_addr);
            } else {
                return;
            }
            each(context, &address, about.ndm_ifindex, about.ndm_state);
        }
        at += aligned(attribute.rta_len, RTA_ALIGNTO);
    }
}

NO_DEBUG int sockeye_neighbours(void *context, void (*each)(void *, const struct sockaddr_storage *, unsigned, unsigned)) {
    struct {
        struct nlmsghdr header;
        struct ndmsg about;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = RTM_GETNEIGH, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1},
    };
    unsigned char answer[32768];
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), is_done = 0;
    if (descriptor < 0) return -1;
    if (send(descriptor, &question, sizeof question, MSG_NOSIGNAL) < 0) {
        close(descriptor);
        return -1;
    }
    while (!is_done) {
        ssize_t count = recv(descriptor, answer, sizeof answer, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        size_t end = count, at = 0;
        struct nlmsghdr header;
        while (at + sizeof header <= end) {
            memcpy(&header, answer + at, sizeof header);
            if (header.nlmsg_len < sizeof header || at + header.nlmsg_len > end) break;
            if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
                is_done = 1;
                break;
            }
            neighbour(answer + at + sizeof header, header.nlmsg_len - sizeof header, context, each);
            at += aligned(header.nlmsg_len, NLMSG_ALIGNTO);
        }
    }
    close(descriptor);
    return 0;
}
