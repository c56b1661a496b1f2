// Load for a UDP echo server on 127.0.0.1: closed loop, bounded in count and in time, and every byte is checked.
//
//   udp-load udp PORT [options]   each of --connections sockets keeps --depth datagrams of --size bytes in flight, and moves as
//                                 many as it can with each recvmmsg and sendmmsg
//
// It speaks with its parent as load.c does. On loopback nothing is lost while the server's queue has room, which it has for what
// is in flight here; so a datagram that does not come back within 5 s ends the run with an error.
//
// Exit: 0 done, 1 a byte was wrong or the server failed, 64 wrong usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, MOST_BYTES = 1400, PATIENCE_MS = 5000 };

struct peer {
    int fd;
    uint32_t number;
};

// What each datagram begins with; the rest is a pattern that hangs on both.
struct stamp {
    uint64_t sequence, time;
    uint32_t peer, unused;
};

static long port, connections = 4, size = 64, depth = 32, warm_up = 1000, count_limit = 100000000;
static double seconds = 1;
static uint64_t limit, issued, done, ends, sequence;
static struct peer *all;
static int poller;

static struct mmsghdr messages[BATCH];
static struct iovec pieces[BATCH];
static unsigned char bytes[BATCH][MOST_BYTES + 1];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("udp-load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

// Latencies, in buckets 1/64 of an octave wide, as in load.c.
static uint64_t histogram[64 * 64];

static void record(uint64_t nanoseconds) {
    unsigned top = 63 - (unsigned)__builtin_clzll(nanoseconds | 64);
    histogram[(top - 6) * 64 + ((nanoseconds | (nanoseconds < 64 ? 64 : 0)) >> (top - 6)) % 64]++;
}

static double percentile_us(double share) {
    uint64_t total = 0, seen = 0;
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) total += histogram[i];
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
        seen += histogram[i];
        if (seen && (double)seen >= share * (double)total) return (double)((i % 64 + 65) << (i / 64)) / 1000;
    }
    return 0;
}

static unsigned char pattern(const struct stamp *stamp, long at) {
    return (unsigned char)(stamp->sequence * 131 + stamp->peer * 83 + (uint64_t)at);
}

static void issue(struct peer *peer, int count, uint64_t time) {
    for (int i = 0; i < count; i++) {
        struct stamp stamp = {.sequence = sequence++, .time = time, .peer = peer->number};
        memcpy(bytes[i], &stamp, sizeof stamp);
        for (long at = sizeof stamp; at < size; at++) bytes[i][at] = pattern(&stamp, at);
        pieces[i] = (struct iovec){.iov_base = bytes[i], .iov_len = (size_t)size};
    }
    for (int sent = 0; sent < count;) {
        int n = sendmmsg(peer->fd, messages + sent, (unsigned)(count - sent), MSG_NOSIGNAL);
        if (n > 0) sent += n;
        else if (errno == ECONNREFUSED) fail("nobody takes datagrams on port %ld", port);
        else if (errno != EAGAIN && errno != EINTR) fail("sendmmsg: %s", strerror(errno));
    }
    issued += (uint64_t)count;
}

// How many more may be sent now, of those wanted.
static int allowed(int wanted, uint64_t time) {
    if (time >= ends) return 0;
    uint64_t left = limit - issued;
    return left < (uint64_t)wanted ? (int)left : wanted;
}

static void receive(struct peer *peer) {
    for (int i = 0; i < BATCH; i++) pieces[i] = (struct iovec){.iov_base = bytes[i], .iov_len = sizeof bytes[i]};
    int count = recvmmsg(peer->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) fail("recvmmsg: %s", strerror(errno));
    uint64_t time = now();
    for (int i = 0; i < count; i++) {
        struct stamp stamp;
        memcpy(&stamp, bytes[i], sizeof stamp);
        if (messages[i].msg_len != (unsigned)size) fail("a datagram came back with %u bytes", messages[i].msg_len);
        if (stamp.peer != peer->number) fail("a datagram of another socket came back");
        for (long at = sizeof stamp; at < size; at++)
            if (bytes[i][at] != pattern(&stamp, at)) fail("byte %ld of a datagram came back changed", at);
        record(time - stamp.time);
    }
    done += (uint64_t)count;
    int next = allowed(count, time);
    if (next > 0) issue(peer, next, time);
}

// Issues up to `most` datagrams for `duration` seconds, then waits for all that are in flight: a count is always exact.
static double phase(uint64_t most, double duration) {
    uint64_t start = now();
    limit = most, issued = done = 0, ends = start + (uint64_t)(duration * 1e9);
    for (long i = 0; i < connections; i++)
        for (long left = depth; left > 0; left -= BATCH) {
            int count = allowed(left < BATCH ? (int)left : BATCH, start);
            if (count > 0) issue(&all[i], count, start);
        }
    struct epoll_event events[64];
    while (done < issued) {
        int n = epoll_wait(poller, events, 64, PATIENCE_MS);
        if (n < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        if (n == 0) fail("lost: %lu of %lu datagrams came back", done, issued);
        for (int i = 0; i < n; i++) receive(events[i].data.ptr);
    }
    return (double)(now() - start) / 1e9;
}

static void open_peer(struct peer *peer, uint32_t number) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    peer->number = number;
    peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&address, sizeof address) != 0) fail("socket: %s", strerror(errno));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, peer->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
}

static void wait_for_parent(bool for_end) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    do
        if (poll(&input, 1, 120 * 1000) <= 0) fail("nobody said go");
    while (read(STDIN_FILENO, &byte, 1) == 1 && for_end);
}

static void options(int argc, char **argv) {
    static const struct option known[] = {
        {"connections", required_argument, 0, 'c'}, {"in-flight", required_argument, 0, 'f'},
        {"size", required_argument, 0, 's'},        {"depth", required_argument, 0, 'd'},
        {"seconds", required_argument, 0, 't'},     {"count", required_argument, 0, 'n'},
        {"warm-up", required_argument, 0, 'w'},     {0, 0, 0, 0},
    };
    bool right = true;
    for (int o; (o = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (o == 'c') connections = atol(optarg);
        else if (o == 's') size = atol(optarg);
        else if (o == 'd') depth = atol(optarg);
        else if (o == 't') seconds = atof(optarg);
        else if (o == 'n') count_limit = atol(optarg);
        else if (o == 'w') warm_up = atol(optarg);
        else if (o != 'f') right = false; // in flight is what the depth says
    }
    if (argc - optind == 2) port = atol(argv[optind + 1]);
    right = right && port > 0 && port < 65536 && connections > 0 && connections <= 64 && depth > 0 && depth <= 256
        && size >= (long)sizeof(struct stamp) && size <= MOST_BYTES && seconds > 0 && seconds <= 600 && count_limit > 0 && warm_up >= 0;
    if (right) return;
    fputs("usage: udp-load udp PORT [--connections N] [--size BYTES, 24 to 1400] [--depth N, to 256]\n"
          "       [--seconds S (at most 600)] [--count N] [--warm-up DATAGRAMS]\n",
          stderr);
    exit(64);
}

int main(int argc, char **argv) {
    options(argc, argv);
    poller = epoll_create1(EPOLL_CLOEXEC);
    all = calloc((size_t)connections, sizeof *all);
    if (poller < 0 || !all) fail("no memory or no descriptor to begin with");
    for (int i = 0; i < BATCH; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
    for (long i = 0; i < connections; i++) open_peer(&all[i], (uint32_t)i);
    if (warm_up) phase((uint64_t)warm_up, PATIENCE_MS / 1000.0);
    memset(histogram, 0, sizeof histogram);
    puts("ready");
    fflush(stdout);
    wait_for_parent(false);
    double took = phase((uint64_t)count_limit, seconds);
    printf("{\"done\": %lu, \"seconds\": %.6f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f}\n", done, took,
           percentile_us(.5), percentile_us(.99), percentile_us(.999));
    fflush(stdout);
    wait_for_parent(true);
    return 0;
}
