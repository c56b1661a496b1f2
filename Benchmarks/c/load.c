// Load for an echo server on 127.0.0.1: closed loop, bounded in count and in time, and every byte is checked.
//
//   load echo    PORT [options]   each connection keeps --depth messages of --size bytes in flight
//   load turn    PORT [options]   --connections stay open; --in-flight of them are busy at a time, one after another in turn
//   load connect PORT [options]   opens, sends one message, gets it back, closes; --connections at a time
//   load idle    PORT [options]   opens --connections, one message on each, then silence
//
// Spoken with its parent: after connecting and warming up it says "ready" and waits for a line on standard input, so that
// what is measured holds neither. Then it works, prints one line of JSON, and keeps its connections until standard input
// ends, so that closing them is not measured either. With --at-once it does not wait.
//
// Exit: 0 done, 1 a byte was wrong or the server failed, 64 wrong usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    PERIOD = 251,          // of the pattern: prime, so that a block that is lost, doubled or shifted shows
    STRIDE = 83,           // between the patterns of two connections, so that bytes of another connection show
    CHUNK = 256 * 1024,    // most bytes a system call
    PATIENCE_SECONDS = 30, // after its time is up, or without an answer at all, the server counts as stuck
    EVENTS_A_TURN = 256,
};
enum mode { ECHO, TURN, CONNECT, IDLE };

struct connection {
    int fd;
    unsigned phase;          // where in the pattern this connection begins
    uint64_t due, sent, got; // bytes: asked for, handed to the kernel, come back
    uint64_t issued, done;   // messages
    uint64_t *since;         // when each message in flight began, by number modulo depth
    bool waits_to_write;
};

static enum mode mode;
static long port, connections = 64, in_flight = 64, size = 64, depth = 1, warm_up = 1000, count_limit = 100000000;
static double seconds = 1;
static bool at_once;
static struct sockaddr_un local_address; // with a path: the server is there and not at a port

static struct connection *all;
static int poller;
static char pattern[CHUNK + PERIOD], inbox[CHUNK];
static uint64_t phase_limit, phase_issued, phase_done, phase_end; // of the running phase: messages, and a time
static long next_in_turn;

// MARK: time and figures

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

// Latencies, in buckets 1/64 of an octave wide: constant memory, an error below 2 %.
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

// MARK: one connection

static void watch(struct connection *c, int how, uint32_t what) {
    struct epoll_event event = {.events = what, .data.ptr = c};
    if (epoll_ctl(poller, how, c->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
}

static void open_connection(struct connection *c) {
    bool is_local = local_address.sun_path[0];
    c->fd = socket(is_local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket: %s (is the limit of open files, ulimit -n, high enough?)", strerror(errno));
    int on = 1;
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    if (!is_local) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); // bounds connect
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (is_local) {
        if (connect(c->fd, (struct sockaddr *)&local_address, sizeof local_address) != 0)
            fail("connect unix:%s: %s", local_address.sun_path, strerror(errno));
    } else if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fail("connect 127.0.0.1:%ld: %s", port, strerror(errno));
    }
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0) fail("fcntl: %s", strerror(errno));
    c->due = c->sent = c->got = c->issued = c->done = 0;
    c->waits_to_write = false;
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void issue(struct connection *c, uint64_t time) {
    c->since[c->issued++ % (uint64_t)depth] = time;
    c->due += (uint64_t)size;
    phase_issued++;
}

static void flush(struct connection *c) {
    while (c->sent < c->due) {
        uint64_t length = c->due - c->sent < CHUNK ? c->due - c->sent : CHUNK;
        ssize_t n = send(c->fd, pattern + (c->sent + c->phase) % PERIOD, length, MSG_NOSIGNAL);
        if (n >= 0) c->sent += (uint64_t)n;
        else if (errno == EAGAIN) break;
        else if (errno != EINTR) fail("send: %s", strerror(errno));
    }
    bool waits = c->sent < c->due;
    if (waits != c->waits_to_write) watch(c, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
    c->waits_to_write = waits;
}

// Receives once and checks it. Returns how many messages are whole by it.
static long receive(struct connection *c, uint64_t *time) {
    ssize_t n = recv(c->fd, inbox, sizeof inbox, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (n < 0) fail("recv: %s", strerror(errno));
    if (n == 0) fail("the server closed a connection after %lu of %lu bytes", c->got, c->sent);
    if (c->got + (uint64_t)n > c->sent) fail("more bytes came back than were sent (%lu)", c->sent);
    if (memcmp(inbox, pattern + (c->got + c->phase) % PERIOD, (size_t)n) != 0)
        fail("a byte came back changed, among the %zd after byte %lu of a connection", n, c->got);
    c->got += (uint64_t)n;
    *time = now();
    long whole = 0;
    for (; c->done < c->got / (uint64_t)size; c->done++, whole++) record(*time - c->since[c->done % (uint64_t)depth]);
    phase_done += (uint64_t)whole;
    return whole;
}

// MARK: what follows a message, by mode

static bool more(uint64_t time) { return phase_issued < phase_limit && time < phase_end; }

static void issue_in_turn(uint64_t time) {
    // With fewer in flight than connections there is always one at rest; one that lags behind is passed over.
    for (long tried = 0; tried < connections; tried++) {
        struct connection *c = &all[next_in_turn++ % connections];
        if (c->issued > c->done) continue;
        issue(c, time);
        flush(c);
        return;
    }
}

static void open_and_issue(struct connection *c) {
    uint64_t began = now();
    open_connection(c);
    issue(c, began);
    flush(c);
}

static void after(struct connection *c, long whole, uint64_t time) {
    if (mode == CONNECT) {
        if (!whole) return;
        close(c->fd);
        c->fd = -1;
        if (more(time)) open_and_issue(c);
    } else if (mode == ECHO) {
        // As many as came back, in one send: a server that replies message by message gets them one by one too.
        for (; whole > 0 && more(time); whole--) issue(c, time);
        flush(c);
    } else {
        for (; whole > 0 && more(time); whole--) issue_in_turn(time);
    }
}

static void begin(void) {
    uint64_t time = now();
    if (mode == TURN)
        for (long i = 0; i < in_flight && more(time); i++) issue_in_turn(time);
    else
        for (long i = 0; i < connections && more(time); i++) {
            if (mode == CONNECT) {
                open_and_issue(&all[i]);
                continue;
            }
            for (long d = 0; d < depth && more(time); d++) issue(&all[i], time);
            flush(&all[i]);
        }
}

// Issues up to `limit` messages for `duration` seconds, then waits for all that are in flight: a count is always exact.
static double phase(uint64_t limit, double duration) {
    uint64_t start = now(), time = start;
    phase_limit = limit, phase_issued = phase_done = 0;
    phase_end = start + (uint64_t)(duration * 1e9);
    uint64_t deadline = phase_end + PATIENCE_SECONDS * 1000000000ull;
    begin();
    struct epoll_event events[EVENTS_A_TURN];
    while (phase_done < phase_issued) {
        int n = epoll_wait(poller, events, EVENTS_A_TURN, 1000);
        if (n < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) flush(c);
            if (events[i].events & ~(uint32_t)EPOLLOUT) after(c, receive(c, &time), time);
        }
        if (now() > deadline) fail("the server is stuck: %lu of %lu messages came back", phase_done, phase_issued);
    }
    return (double)(now() - start) / 1e9;
}

// MARK: the run

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
        {"warm-up", required_argument, 0, 'w'},     {"at-once", no_argument, 0, 'a'},
        {0, 0, 0, 0},
    };
    static const char *const modes[] = {"echo", "turn", "connect", "idle"};
    bool right = true;
    for (int o; (o = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (o == 'c') connections = atol(optarg);
        else if (o == 'f') in_flight = atol(optarg);
        else if (o == 's') size = atol(optarg);
        else if (o == 'd') depth = atol(optarg);
        else if (o == 't') seconds = atof(optarg);
        else if (o == 'n') count_limit = atol(optarg);
        else if (o == 'w') warm_up = atol(optarg);
        else if (o == 'a') at_once = true;
        else right = false;
    }
    if (argc - optind != 2) right = false;
    if (right) {
        int m = 0;
        while (m < 4 && strcmp(argv[optind], modes[m]) != 0) m++;
        mode = (enum mode)m;
        const char *where = argv[optind + 1];
        port = atol(where);
        if (strncmp(where, "unix:", 5) == 0 && strlen(where + 5) < sizeof local_address.sun_path) {
            port = 1;
            local_address.sun_family = AF_UNIX;
            strcpy(local_address.sun_path, where + 5);
        }
        right = m < 4 && port > 0 && port < 65536 && connections > 0 && connections <= 50000 && in_flight > 0 && size > 0 && size <= 1024 * 1024 && depth > 0 && depth <= 1024
            && seconds > 0 && seconds <= 600 && count_limit > 0 && warm_up >= 0;
    }
    if (right) return;
    fputs("usage: load echo|turn|connect|idle PORT|unix:PATH [--connections N] [--in-flight N] [--size BYTES] [--depth N]\n"
          "       [--seconds S (at most 600)] [--count N] [--warm-up MESSAGES] [--at-once]\n",
          stderr);
    exit(64);
}

int main(int argc, char **argv) {
    options(argc, argv);
    if (mode != ECHO) depth = 1;
    if (in_flight > connections) in_flight = connections;
    for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = (char)(i % PERIOD);
    poller = epoll_create1(EPOLL_CLOEXEC);
    all = calloc((size_t)connections, sizeof *all);
    uint64_t *times = calloc((size_t)(connections * depth), sizeof *times);
    if (poller < 0 || !all || !times) fail("no memory or no descriptor to begin with");
    for (long i = 0; i < connections; i++) {
        all[i].phase = (unsigned)(i * STRIDE % PERIOD);
        all[i].since = times + i * depth;
        if (mode != CONNECT) open_connection(&all[i]);
    }
    if (mode == IDLE) {
        mode = ECHO; // one message on each, and the measured phase is silence
        phase((uint64_t)connections, PATIENCE_SECONDS);
        warm_up = count_limit = 0;
    } else if (warm_up) {
        phase((uint64_t)warm_up, PATIENCE_SECONDS);
    }
    memset(histogram, 0, sizeof histogram);
    if (!at_once) {
        puts("ready");
        fflush(stdout);
        wait_for_parent(false);
    }
    double took = phase((uint64_t)count_limit, seconds);
    printf("{\"done\": %lu, \"seconds\": %.6f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f}\n", phase_done,
           took, percentile_us(.5), percentile_us(.99), percentile_us(.999));
    fflush(stdout);
    if (!at_once) wait_for_parent(true);
    return 0;
}
