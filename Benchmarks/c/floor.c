// The floor: the least an echo server on epoll can do. One thread, level-triggered, registered once, one recv and one
// send a message, one buffer for everybody. What a peer costs beyond this is what its own layers cost.
//
// A client that does not read what it is sent gets EPOLLOUT and a copy of the unsent rest; it is not read from until
// then. The cases never get there, but a floor that loses or spins would not be an honest one.
//
// usage: floor PORT | floor unix:PATH
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, EVENTS_A_TURN = 256, BUFFER_BYTES = 64 * 1024 };

struct client {
    int fd;
    char *unsent; // NULL unless the last send was cut short
    size_t length, offset;
};

static char buffer[BUFFER_BYTES];
static int poller, is_local;

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void drop(struct client *client) {
    close(client->fd); // leaves the epoll set by itself
    free(client->unsent);
    free(client);
}

static void watch(struct client *client, int how, unsigned what) {
    struct epoll_event event = {.events = what, .data.ptr = client};
    if (epoll_ctl(poller, how, client->fd, &event) != 0) die("epoll_ctl");
}

// Sends what it can of `length` bytes. Returns how many, or -1 when the client is gone.
static ssize_t send_some(int fd, const char *bytes, size_t length) {
    size_t done = 0;
    while (done < length) {
        ssize_t n = send(fd, bytes + done, length - done, MSG_NOSIGNAL);
        if (n >= 0) done += (size_t)n;
        else if (errno == EAGAIN) break;
        else if (errno != EINTR) return -1;
    }
    return (ssize_t)done;
}

static void readable(struct client *client) {
    ssize_t got = recv(client->fd, buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    ssize_t put = got > 0 ? send_some(client->fd, buffer, (size_t)got) : -1;
    if (put < 0) {
        drop(client);
    } else if (put < got) {
        client->length = (size_t)(got - put);
        client->offset = 0;
        client->unsent = malloc(client->length);
        if (!client->unsent) die("malloc");
        memcpy(client->unsent, buffer + put, client->length);
        watch(client, EPOLL_CTL_MOD, EPOLLOUT);
    }
}

static void writable(struct client *client) {
    ssize_t put = send_some(client->fd, client->unsent + client->offset, client->length - client->offset);
    if (put < 0) {
        drop(client);
        return;
    }
    client->offset += (size_t)put;
    if (client->offset < client->length) return;
    free(client->unsent);
    client->unsent = NULL;
    watch(client, EPOLL_CTL_MOD, EPOLLIN);
}

static void accept_all(int listener) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (!is_local) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct client *client = calloc(1, sizeof *client);
        if (!client) die("calloc");
        client->fd = fd;
        watch(client, EPOLL_CTL_ADD, EPOLLIN);
    }
    // Out of descriptors: the harness sets the limit, so this is its mistake, and silence would look like a slow server.
    if (errno == EMFILE || errno == ENFILE) die("accept4");
}

int main(int argc, char **argv) {
    is_local = argc == 2 && strncmp(argv[1], "unix:", 5) == 0;
    int port = argc == 2 && !is_local ? atoi(argv[1]) : 0, on = 1;
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    if (is_local ? strlen(argv[1] + 5) >= sizeof local.sun_path : port < 1 || port > 65535) {
        fprintf(stderr, "usage: floor PORT | floor unix:PATH\n");
        return 64;
    }
    if (is_local) strcpy(local.sun_path, argv[1] + 5);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct client listener = {.fd = socket(is_local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (listener.fd < 0) die("socket");
    setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int bound = is_local ? bind(listener.fd, (struct sockaddr *)&local, sizeof local)
                         : bind(listener.fd, (struct sockaddr *)&address, sizeof address);
    if (bound != 0) die("bind");
    if (listen(listener.fd, BACKLOG) != 0) die("listen");
    if ((poller = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll_create1");
    watch(&listener, EPOLL_CTL_ADD, EPOLLIN);

    struct epoll_event events[EVENTS_A_TURN];
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS_A_TURN, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client == &listener) accept_all(listener.fd);
            else if (client->unsent) writable(client);
            else readable(client);
        }
    }
}
