// The floor for datagrams: the least a UDP echo server on epoll can do. One thread, one socket, level-triggered, one recvmmsg
// and one sendmmsg for up to 32 datagrams, each sent back to whom it came from.
//
// usage: udp-floor PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 32, ROOM = 2048 };

static struct mmsghdr messages[BATCH];
static struct iovec pieces[BATCH];
static struct sockaddr_storage names[BATCH];
static char bytes[BATCH][ROOM];

static void die(const char *what) {
    fprintf(stderr, "udp-floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void prepare(int count) {
    for (int i = 0; i < count; i++) {
        pieces[i].iov_len = ROOM;
        messages[i].msg_hdr.msg_namelen = sizeof names[i];
    }
}

static void send_back(int fd, int count) {
    for (int i = 0; i < count; i++) pieces[i].iov_len = messages[i].msg_len;
    for (int sent = 0; sent < count;) {
        int n = sendmmsg(fd, messages + sent, (unsigned)(count - sent), MSG_NOSIGNAL);
        if (n >= 0) {
            sent += n;
        } else if (errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            die("sendmmsg");
        }
    }
}

int main(int argc, char **argv) {
    int port = argc == 2 ? atoi(argv[1]) : 0;
    if (port < 1 || port > 65535) {
        fprintf(stderr, "usage: udp-floor PORT\n");
        return 64;
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), poller = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0 || poller < 0) die("socket");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
    for (int i = 0; i < BATCH; i++) {
        pieces[i].iov_base = bytes[i];
        messages[i].msg_hdr = (struct msghdr){.msg_name = &names[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    prepare(BATCH);
    for (;;) {
        if (epoll_wait(poller, &event, 1, -1) < 0 && errno != EINTR) die("epoll_wait");
        int count = recvmmsg(fd, messages, BATCH, 0, NULL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) die("recvmmsg");
        if (count <= 0) continue;
        send_back(fd, count);
        prepare(count);
    }
}
