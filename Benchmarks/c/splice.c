// The floor of moving bytes: the least that a relay, or a server of files, can do on epoll. One thread, edge-triggered,
// registered once; `splice` through a pipe of 1 MiB for each direction, `sendfile` in pieces of 1 MiB.
//
// usage: splice relay PORT TARGET-PORT | splice sendfile PORT FILE
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENTS_A_TURN = 64, PIECE_BYTES = 1 << 20 };

struct flow {
    int from, to, pipe[2];
    ssize_t held; // in the pipe
    bool ended;
};

// Two flows of a relay, or one file on its way.
struct job {
    int fd[2];
    struct flow flow[2];
    off_t offset;
};

static int poller;
static const char *mode;
static long target;
static int file;
static off_t file_length;

static void die(const char *what) {
    fprintf(stderr, "splice: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(int fd, struct job *job) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = job};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

static void end(struct job *job) {
    for (int i = 0; i < 2; i++) {
        if (job->fd[i] < 0) continue;
        close(job->fd[i]);
        close(job->flow[i].pipe[0]);
        close(job->flow[i].pipe[1]);
    }
    job->fd[0] = job->fd[1] = -1; // leaked, a few bytes a job: an event of this turn may still name it
}

// Moves what it can. False: broken.
static bool move(struct flow *flow) {
    while (!flow->ended) {
        if (flow->held == 0) {
            flow->held = splice(flow->from, NULL, flow->pipe[1], NULL, PIECE_BYTES, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
            if (flow->held < 0) {
                flow->held = 0;
                return errno == EAGAIN;
            }
            if (flow->held == 0) {
                flow->ended = true;
                shutdown(flow->to, SHUT_WR);
                return true;
            }
        }
        ssize_t n = splice(flow->pipe[0], NULL, flow->to, NULL, (size_t)flow->held, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
        if (n < 0) return errno == EAGAIN;
        flow->held -= n;
    }
    return true;
}

static void relay_turn(struct job *job) {
    if (!move(&job->flow[0]) || !move(&job->flow[1]) || (job->flow[0].ended && job->flow[1].ended)) end(job);
}

static void file_turn(struct job *job) {
    while (job->offset < file_length) {
        ssize_t n = sendfile(job->fd[0], file, &job->offset, PIECE_BYTES);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) break;
    }
    end(job);
}

static int connect_to(long port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void begin(int client) {
    struct job *job = calloc(1, sizeof *job);
    if (!job) die("calloc");
    job->fd[0] = client;
    job->fd[1] = -1;
    if (strcmp(mode, "sendfile") == 0) {
        job->flow[0].pipe[0] = job->flow[0].pipe[1] = -1;
        watch(client, job);
        return;
    }
    if ((job->fd[1] = connect_to(target)) < 0) {
        close(client);
        free(job);
        return;
    }
    for (int i = 0; i < 2; i++) {
        job->flow[i].from = job->fd[i];
        job->flow[i].to = job->fd[1 - i];
        if (pipe2(job->flow[i].pipe, O_CLOEXEC | O_NONBLOCK) != 0) die("pipe2");
        fcntl(job->flow[i].pipe[1], F_SETPIPE_SZ, PIECE_BYTES);
    }
    watch(job->fd[0], job);
    watch(job->fd[1], job);
}

int main(int argc, char **argv) {
    if (argc != 4 || (strcmp(argv[1], "relay") != 0 && strcmp(argv[1], "sendfile") != 0)) {
        fprintf(stderr, "usage: splice relay PORT TARGET-PORT | splice sendfile PORT FILE\n");
        return 64;
    }
    mode = argv[1];
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[2])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct stat about;
    if (strcmp(mode, "sendfile") == 0) {
        if ((file = open(argv[3], O_RDONLY | O_CLOEXEC)) < 0 || fstat(file, &about) != 0) die(argv[3]);
        file_length = about.st_size;
    } else {
        target = atol(argv[3]);
    }
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) die("bind");
    if ((poller = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll_create1");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS_A_TURN];
    if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) != 0) die("epoll_ctl");
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS_A_TURN, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            struct job *job = events[i].data.ptr;
            if (!job) {
                int fd;
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) begin(fd);
            } else if (job->fd[0] >= 0) {
                if (strcmp(mode, "sendfile") == 0) file_turn(job);
                else relay_turn(job);
            }
        }
    }
}
