// Messages in bulk over one connection on 127.0.0.1: the load of the `framed` cases, and the C floor beside which they are measured.
//
//   framed send PORT FRAMING COUNT    sends COUNT messages of 64 bytes as fast as the receiver takes them, and checks its answer
//   framed receive KIND PORT          accepts connections one after the other and takes the messages apart
//
// FRAMING: lines (each ends with LF), u16 (a big-endian length of two bytes), varint (a LEB128 length).
// KIND: a framing, which copies each message into memory of its own as a program does that keeps it; with -lent behind it, the
// messages stay where they were received.
//
// A receiver answers the end of the stream with "COUNT SUM\n", where SUM adds up the first and the last byte of every message,
// so that none of them can be left out. The load says "ready" when it is connected, waits for a line on standard input, and
// prints one line of JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 64, BUFFER_BYTES = 64 * 1024, CHUNK_MESSAGES = 4096, TIMEOUT_SECONDS = 120 };
enum framing { LINES, U16, VARINT };

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "framed: %s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void usage(void) {
    fprintf(stderr, "usage: framed send PORT lines|u16|varint COUNT | framed receive lines|u16|varint[-lent] PORT\n");
    exit(64);
}

static enum framing parse(const char *name, int *is_lent) {
    static const char *names[] = {"lines", "u16", "varint"};
    const char *suffix = strchr(name, '-');
    size_t length = suffix ? (size_t)(suffix - name) : strlen(name);
    if (suffix && (!is_lent || strcmp(suffix, "-lent") != 0)) usage();
    if (is_lent) *is_lent = suffix != NULL;
    for (int i = 0; i < 3; i++)
        if (strlen(names[i]) == length && strncmp(name, names[i], length) == 0) return (enum framing)i;
    usage();
    return LINES;
}

static int open_socket(void) {
    struct timeval time = {.tv_sec = TIMEOUT_SECONDS};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    return fd;
}

static struct sockaddr_in loopback(long port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

// The load

static char first_byte(uint64_t message) { return (char)('A' + message % 23); }
static char last_byte(uint64_t message) { return (char)('a' + message % 19); }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *put_message(char *at, enum framing framing, uint64_t number) {
    if (framing == U16) *at++ = 0;
    if (framing != LINES) *at++ = MESSAGE_BYTES;
    memset(at, '.', MESSAGE_BYTES);
    at[0] = first_byte(number);
    at[MESSAGE_BYTES - 1] = last_byte(number);
    at += MESSAGE_BYTES;
    if (framing == LINES) *at++ = '\n';
    return at;
}

static int send_messages(enum framing framing, long port, uint64_t count) {
    static char chunk[CHUNK_MESSAGES * (MESSAGE_BYTES + 2)];
    uint64_t sent = 0, sum = 0, answered = 0, answered_sum = 0;
    struct sockaddr_in address = loopback(port);
    char answer[64] = "";
    size_t length = 0;
    int fd = open_socket();
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    printf("ready\n");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    double start = now();
    while (sent < count) {
        char *end = chunk;
        for (int i = 0; i < CHUNK_MESSAGES && sent < count; i++, sent++) {
            end = put_message(end, framing, sent);
            sum += (uint64_t)first_byte(sent) + (uint64_t)last_byte(sent);
        }
        for (char *from = chunk; from < end;) {
            ssize_t n = send(fd, from, (size_t)(end - from), MSG_NOSIGNAL);
            if (n <= 0) fail("send");
            from += n;
        }
    }
    shutdown(fd, SHUT_WR);
    while (length < sizeof answer - 1) {
        ssize_t n = recv(fd, answer + length, sizeof answer - 1 - length, 0);
        if (n < 0) fail("recv");
        if (n == 0) break;
        length += (size_t)n;
    }
    double seconds = now() - start;
    if (sscanf(answer, "%" SCNu64 " %" SCNu64, &answered, &answered_sum) != 2 || answered != count || answered_sum != sum) {
        fprintf(stderr, "framed: sent %" PRIu64 " %" PRIu64 ", and the answer was %s\n", count, sum, answer);
        return 1;
    }
    printf("{\"done\": %" PRIu64 ", \"seconds\": %.6f}\n", count, seconds);
    fflush(stdout);
    while (getchar() != EOF) {}
    return 0;
}

// The floor

static uint64_t messages, sum;

static void use(const unsigned char *message, size_t length, int is_lent) {
    if (is_lent) {
        sum += (uint64_t)message[0] + message[length - 1];
    } else {
        unsigned char *copy = malloc(length);
        if (!copy) fail("malloc");
        memcpy(copy, message, length);
        sum += (uint64_t)copy[0] + copy[length - 1];
        free(copy);
    }
    messages++;
}

// Where the message at `from` begins, and how long it is; 0 if it is not whole, else where the next one begins.
static const unsigned char *next(
    enum framing framing, const unsigned char *from, const unsigned char *end, const unsigned char **message, size_t *length) {
    size_t there = (size_t)(end - from), header = 0;
    uint64_t value = 0;
    if (framing == LINES) {
        const unsigned char *newline = memchr(from, '\n', there);
        if (!newline) return NULL;
        *message = from;
        *length = (size_t)(newline - from);
        return newline + 1;
    }
    if (framing == U16) {
        if (there < 2) return NULL;
        value = (uint64_t)from[0] << 8 | from[1];
        header = 2;
    } else {
        for (int shift = 0;; shift += 7) {
            if (header == there || shift > 63) return NULL;
            unsigned char byte = from[header++];
            value |= (uint64_t)(byte & 0x7F) << shift;
            if (byte < 0x80) break;
        }
    }
    if (value > BUFFER_BYTES - 16) fail("a message is too long");
    if (there - header < value) return NULL;
    *message = from + header;
    *length = value;
    return from + header + value;
}

static void receive_messages(int fd, int poller, enum framing framing, int is_lent) {
    static unsigned char buffer[BUFFER_BYTES];
    size_t held = 0;
    for (;;) {
        ssize_t n = recv(fd, buffer + held, sizeof buffer - held, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) {
            struct epoll_event event;
            if (epoll_wait(poller, &event, 1, -1) < 0 && errno != EINTR) fail("epoll_wait");
            continue;
        }
        if (n < 0) fail("recv");
        if (n == 0) return;
        const unsigned char *from = buffer, *end = buffer + held + n, *message, *after;
        size_t length;
        while ((after = next(framing, from, end, &message, &length))) {
            use(message, length, is_lent);
            from = after;
        }
        held = (size_t)(end - from);
        memmove(buffer, from, held);
    }
}

static int serve(enum framing framing, int is_lent, long port) {
    struct sockaddr_in address = loopback(port);
    int on = 1, listener = open_socket(), poller = epoll_create1(EPOLL_CLOEXEC);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) fail("bind");
    for (;;) {
        char answer[64];
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EAGAIN || errno == EINTR) continue;
            fail("accept");
        }
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
        messages = sum = 0;
        receive_messages(fd, poller, framing, is_lent);
        int length = snprintf(answer, sizeof answer, "%" PRIu64 " %" PRIu64 "\n", messages, sum);
        if (send(fd, answer, (size_t)length, MSG_NOSIGNAL) != length) perror("framed: send");
        close(fd);
    }
}

int main(int argc, char **argv) {
    int is_lent = 0;
    if (argc == 5 && strcmp(argv[1], "send") == 0)
        return send_messages(parse(argv[3], NULL), atol(argv[2]), strtoull(argv[4], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "receive") == 0) {
        enum framing framing = parse(argv[2], &is_lent);
        return serve(framing, is_lent, atol(argv[3]));
    }
    usage();
}
