// The load of moving bytes, bounded in bytes and in time, on 127.0.0.1 only.
//
//   stream relay PORT SINK-PORT MIB    sends MIB through the relay at PORT to a sink of its own, which counts
//   stream pull PORT MIB               receives MIB from the server at PORT, whole files one after the other
//
// Speaks with the harness as load.c does: "ready", then a line of input, then one line of JSON, then the end of input.
// The relay's bytes are a pattern with a prime period, and the sink looks at a stretch of every MiB. What is pulled is
// counted and dropped in the kernel (MSG_TRUNC), so that the load has the time of one core to spare.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD = 251, CHUNK = 256 * 1024, MIB = 1 << 20, PATIENCE_SECONDS = 60 };

static char pattern[CHUNK + PERIOD], inbox[CHUNK];
static long sink_port;
static uint64_t wanted, arrived;
static int sink;

static void fail(const char *what) {
    fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void patience(int fd) {
    struct timeval time = {.tv_sec = PATIENCE_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

static struct sockaddr_in local(long port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int open_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    patience(fd);
    return fd;
}

static int connect_to(long port) {
    struct sockaddr_in address = local(port);
    int fd = open_socket();
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    return fd;
}

static void *drain(void *unused) {
    (void)unused;
    int fd = accept(sink, NULL, NULL);
    if (fd < 0) fail("accept: the relay has not connected");
    patience(fd);
    while (arrived < wanted) {
        // Looking at every byte would take as long as moving it: one chunk of every MiB is looked at.
        int looks = arrived % MIB < CHUNK;
        ssize_t n = recv(fd, inbox, sizeof inbox, looks ? 0 : MSG_TRUNC);
        if (n <= 0) fail("recv: the relay ended too early");
        if (looks && memcmp(inbox, pattern + arrived % PERIOD, (size_t)n) != 0) {
            errno = EIO;
            fail("a byte arrived changed");
        }
        arrived += (uint64_t)n;
    }
    close(fd);
    return NULL;
}

static void relay(int fd) {
    pthread_t thread;
    uint64_t sent = 0;
    if (pthread_create(&thread, NULL, drain, NULL) != 0) fail("pthread_create");
    while (sent < wanted) {
        uint64_t length = wanted - sent < CHUNK ? wanted - sent : CHUNK;
        ssize_t n = send(fd, pattern + sent % PERIOD, length, MSG_NOSIGNAL);
        if (n <= 0) fail("send");
        sent += (uint64_t)n;
    }
    shutdown(fd, SHUT_WR);
    pthread_join(thread, NULL);
    close(fd);
}

static void pull(long port) {
    while (arrived < wanted) {
        int fd = connect_to(port);
        ssize_t n;
        while ((n = recv(fd, NULL, 64 * MIB, MSG_TRUNC)) > 0) arrived += (uint64_t)n;
        if (n < 0) fail("recv");
        close(fd);
    }
}

static void wait_for_parent(int for_end) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    do
        if (poll(&input, 1, 120 * 1000) <= 0) fail("nobody said go");
    while (read(STDIN_FILENO, &byte, 1) == 1 && for_end);
}

int main(int argc, char **argv) {
    int is_relay = argc == 5 && strcmp(argv[1], "relay") == 0;
    if (!is_relay && !(argc == 4 && strcmp(argv[1], "pull") == 0)) {
        fprintf(stderr, "usage: stream relay PORT SINK-PORT MIB | stream pull PORT MIB\n");
        return 64;
    }
    wanted = strtoull(argv[argc - 1], NULL, 10) * MIB;
    if (wanted == 0 || wanted > 64ull * 1024 * MIB) {
        fprintf(stderr, "stream: from 1 to 65536 MiB\n");
        return 64;
    }
    for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = (char)(i % PERIOD);
    int fd = -1, on = 1;
    if (is_relay) {
        sink_port = atol(argv[3]);
        struct sockaddr_in address = local(sink_port);
        sink = open_socket();
        setsockopt(sink, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(sink, (struct sockaddr *)&address, sizeof address) != 0 || listen(sink, 1) != 0) fail("bind");
        fd = connect_to(atol(argv[2]));
    }
    puts("ready");
    fflush(stdout);
    wait_for_parent(0);
    double began = now();
    if (is_relay) relay(fd);
    else pull(atol(argv[2]));
    printf("{\"done\": %.3f, \"seconds\": %.6f}\n", (double)arrived / (1024.0 * MIB), now() - began);
    fflush(stdout);
    wait_for_parent(1);
    return 0;
}
