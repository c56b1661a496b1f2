#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeye.h"
#include "NoDebug.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/un.h>

// libc's own `htons` and `ntohs` are macros with casts.
static NO_DEBUG uint16_t network_order(uint16_t number) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap16(number);
#else
    return number;
#endif
}

static NO_DEBUG uint32_t network_order_32(uint32_t number) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap32(number);
#else
    return number;
#endif
}

static NO_DEBUG const struct sockaddr_in *ipv4(const void *address) { return address; }
static NO_DEBUG const struct sockaddr_in6 *ipv6(const void *address) { return address; }
static NO_DEBUG const struct sockaddr_un *local(const void *address) { return address; }

NO_DEBUG __thread void *sockeye_thread_loop = 0;
NO_DEBUG __thread void *sockeye_thread_place = 0;

NO_DEBUG int sockeye_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

NO_DEBUG int sockeye_epoll_add(int epoll, int descriptor, void *owner) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = owner};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

NO_DEBUG int sockeye_epoll_remove(int epoll, int descriptor) {
    struct epoll_event unused = {0};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &unused);
}

NO_DEBUG int sockeye_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

NO_DEBUG socklen_t sockeye_fill_ipv4(struct sockaddr_storage *out, uint32_t address, uint16_t port) {
    void *raw = out;
    struct sockaddr_in *in = raw;
    memset(out, 0, sizeof *out);
    in->sin_family = AF_INET;
    in->sin_port = network_order(port);
    in->sin_addr.s_addr = network_order_32(address);
    return sizeof *in;
}

NO_DEBUG socklen_t sockeye_fill_ipv6(struct sockaddr_storage *out, const uint8_t address[16], uint16_t port, uint32_t flow, uint32_t zone) {
    void *raw = out;
    struct sockaddr_in6 *in = raw;
    memset(out, 0, sizeof *out);
    in->sin6_family = AF_INET6;
    in->sin6_port = network_order(port);
    in->sin6_flowinfo = network_order_32(flow);
    in->sin6_scope_id = zone;
    memcpy(&in->sin6_addr, address, 16);
    return sizeof *in;
}

NO_DEBUG socklen_t sockeye_fill_unix(struct sockaddr_storage *out, const uint8_t *name, uint32_t count, int terminate) {
    void *raw = out;
    struct sockaddr_un *in = raw;
    memset(out, 0, sizeof *out);
    in->sun_family = AF_UNIX;
    if (count > sizeof in->sun_path - (terminate ? 1 : 0)) return 0;
    memcpy(in->sun_path, name, count);
    return offsetof(struct sockaddr_un, sun_path) + count + (terminate ? 1 : 0);
}

NO_DEBUG int sockeye_address_kind(const struct sockaddr_storage *in) {
    switch (in->ss_family) {
    case AF_INET: return 4;
    case AF_INET6: return 6;
    case AF_UNIX: return 1;
    default: return 0;
    }
}

NO_DEBUG uint32_t sockeye_ipv4_address(const struct sockaddr_storage *in) { return network_order_32(ipv4(in)->sin_addr.s_addr); }
NO_DEBUG uint16_t sockeye_ip_port(const struct sockaddr_storage *in) {
    return network_order(in->ss_family == AF_INET6 ? ipv6(in)->sin6_port : ipv4(in)->sin_port);
}
NO_DEBUG const uint8_t *sockeye_ipv6_bytes(const struct sockaddr_storage *in) { return ipv6(in)->sin6_addr.s6_addr; }
NO_DEBUG uint32_t sockeye_ipv6_flow(const struct sockaddr_storage *in) { return network_order_32(ipv6(in)->sin6_flowinfo); }
NO_DEBUG uint32_t sockeye_ipv6_zone(const struct sockaddr_storage *in) { return ipv6(in)->sin6_scope_id; }
NO_DEBUG const uint8_t *sockeye_unix_bytes(const struct sockaddr_storage *in) {
    const void *name = local(in)->sun_path;
    return name;
}

NO_DEBUG uint32_t sockeye_unix_count(const struct sockaddr_storage *in, socklen_t length) {
    const struct sockaddr_un *address = local(in);
    if (length <= offsetof(struct sockaddr_un, sun_path)) return 0;
    uint32_t count = length - offsetof(struct sockaddr_un, sun_path);
    if (count > sizeof address->sun_path) count = sizeof address->sun_path;
    // An abstract name (leading NUL) is counted by the length alone; a path ends at its NUL.
    return address->sun_path[0] == 0 ? count : strnlen(address->sun_path, count);
}

NO_DEBUG int sockeye_unsent_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) < 0 ? -1 : count;
}

NO_DEBUG int sockeye_unread_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) < 0 ? -1 : count;
}

NO_DEBUG int sockeye_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

NO_DEBUG int sockeye_accept(int descriptor, struct sockaddr *peer, socklen_t *length, int nonblocking) {
    return accept4(descriptor, peer, length, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0));
}

NO_DEBUG int sockeye_available_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set);
}

NO_DEBUG int sockeye_thread_start(void *(*body)(void *), void *context) {
    sigset_t all, before;
    sigfillset(&all);
    // Faults of the program itself must still reach the thread that made them.
    sigdelset(&all, SIGSEGV), sigdelset(&all, SIGBUS), sigdelset(&all, SIGILL), sigdelset(&all, SIGFPE), sigdelset(&all, SIGTRAP);
    sigdelset(&all, SIGABRT), sigdelset(&all, SIGSYS), sigdelset(&all, SIGPROF);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attributes, body, context);
    pthread_sigmask(SIG_SETMASK, &before, 0);
    pthread_attr_destroy(&attributes);
    return error;
}
