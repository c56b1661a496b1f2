// What Swift cannot import from libc and the kernel by itself: variadic calls, macros, thread-local storage,
// and structs whose layout is awkward to fill from Swift. Nothing here decides anything.
#ifndef CSOCKEYE_H
#define CSOCKEYE_H

#include <stdint.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

// The event loop that runs on this thread, or NULL. Swift has no thread-local variable that costs one load, and this
// model of it costs no call.
extern __thread void *sockeye_thread_loop __attribute__((tls_model("initial-exec")));
static inline void *sockeye_current_loop(void) { return sockeye_thread_loop; }
static inline void sockeye_set_current_loop(void *loop) { sockeye_thread_loop = loop; }
// Where the task that is about to be parked waits.
extern __thread void *sockeye_thread_place __attribute__((tls_model("initial-exec")));
static inline void *sockeye_place(void) { return sockeye_thread_place; }
static inline void sockeye_set_place(void *place) { sockeye_thread_place = place; }

// The Swift runtime's own entry point: the task that runs on this thread, or NULL. Swift's `withUnsafeCurrentTask` says
// the same through a generic closure that costs ten times as much.
#if defined(__clang__)
__attribute__((swiftcall)) extern void *swift_task_getCurrent(void);
static inline void *sockeye_current_task(void) { return swift_task_getCurrent(); }
#endif

// epoll: one registration for both directions, edge-triggered, with an opaque owner that comes back in each event.
int sockeye_epoll_create(void);
int sockeye_epoll_add(int epoll, int descriptor, void *owner);
int sockeye_epoll_remove(int epoll, int descriptor);
int sockeye_eventfd(void);

#define SOCKEYE_EVENT_READ ((uint32_t)EPOLLIN)
#define SOCKEYE_EVENT_WRITE ((uint32_t)EPOLLOUT)
#define SOCKEYE_EVENT_READ_CLOSED ((uint32_t)EPOLLRDHUP)
#define SOCKEYE_EVENT_HANGUP ((uint32_t)EPOLLHUP)
#define SOCKEYE_EVENT_ERROR ((uint32_t)EPOLLERR)
static const uint32_t sockeye_event_read = SOCKEYE_EVENT_READ;
static const uint32_t sockeye_event_write = SOCKEYE_EVENT_WRITE;
static const uint32_t sockeye_event_read_closed = SOCKEYE_EVENT_READ_CLOSED;
static const uint32_t sockeye_event_hangup = SOCKEYE_EVENT_HANGUP;
static const uint32_t sockeye_event_error = SOCKEYE_EVENT_ERROR;

// Socket addresses: fill returns the length; the readers take what the kernel filled in.
socklen_t sockeye_fill_ipv4(struct sockaddr_storage *out, uint32_t address, uint16_t port);
socklen_t sockeye_fill_ipv6(struct sockaddr_storage *out, const uint8_t address[16], uint16_t port, uint32_t flow, uint32_t zone);
socklen_t sockeye_fill_unix(struct sockaddr_storage *out, const uint8_t *name, uint32_t count, int terminate);
// 4, 6, 1 (Unix), or 0 for a family that Sockeye does not know.
int sockeye_address_kind(const struct sockaddr_storage *in);
uint32_t sockeye_ipv4_address(const struct sockaddr_storage *in);
uint16_t sockeye_ip_port(const struct sockaddr_storage *in);
const uint8_t *sockeye_ipv6_bytes(const struct sockaddr_storage *in);
uint32_t sockeye_ipv6_flow(const struct sockaddr_storage *in);
uint32_t sockeye_ipv6_zone(const struct sockaddr_storage *in);
// The bytes of sun_path and how many of them count, by the length that the kernel returned.
const uint8_t *sockeye_unix_bytes(const struct sockaddr_storage *in);
uint32_t sockeye_unix_count(const struct sockaddr_storage *in, socklen_t length);

// Unsent bytes in the kernel's queue (SIOCOUTQ) and unread ones (FIONREAD); -1 with errno on failure.
int sockeye_unsent_bytes(int descriptor);
int sockeye_unread_bytes(int descriptor);
int sockeye_set_nonblocking(int descriptor);

int sockeye_accept(int descriptor, struct sockaddr *peer, socklen_t *length, int nonblocking);
// How many cores this process may run on; 0 when the kernel does not say.
int sockeye_available_processors(void);

// A thread with SIGINT, SIGTERM and their like blocked, so that a signal never interrupts a loop.
int sockeye_thread_start(void *(*body)(void *), void *context);

#endif
