// Datagrams: recvmsg, sendmsg, recvmmsg and sendmmsg with the control messages that belong to them, whose macros and
// layouts Swift does not import. Calls that fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_DATAGRAM_H
#define CSOCKEYE_DATAGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// What comes with a datagram beside its bytes.
struct sockeye_arrival {
    struct sockaddr_storage from;
    socklen_t from_length;
    // The address that it was sent to, with port 0, and the interface it came in by; a length of 0 when nobody asked.
    socklen_t local_length;
    struct sockaddr_storage local;
    uint32_t interface;
    // Length of each datagram, where the kernel has put several into one (UDP_GRO); 0 for a single one.
    uint32_t segment;
    // Who sent it (SCM_CREDENTIALS); a process of 0 when nobody asked.
    int32_t process;
    uint32_t user, group;
};

// What is to come with a datagram.
enum sockeye_control {
    SOCKEYE_CONTROL_NONE,
    SOCKEYE_CONTROL_ADDRESSES,   // what IP_PKTINFO, IPV6_RECVPKTINFO and UDP_GRO bring
    SOCKEYE_CONTROL_CREDENTIALS, // what SO_PASSCRED brings, and room for nothing else
};

// Returns the length of the datagram as it was sent, which may be more than there is room for.
ptrdiff_t sockeye_receive_datagram(int descriptor, void *bytes, size_t room, int wanted, struct sockeye_arrival *out);
// `to` and `from` may have a length of 0: the connected peer, and the address that the kernel chooses. A `segment` above 0 cuts the
// bytes into datagrams of that length (UDP_SEGMENT).
ptrdiff_t sockeye_send_datagram(
    int descriptor, const void *bytes, size_t count, const struct sockaddr *to, socklen_t to_length, const struct sockaddr *from,
    socklen_t from_length, uint16_t segment);

// Room for several datagrams, with what recvmmsg and sendmmsg need for them. NULL when there is no memory.
struct sockeye_batch;
struct sockeye_batch *sockeye_batch_create(uint32_t capacity, uint32_t room);
void sockeye_batch_destroy(struct sockeye_batch *batch);
// Returns how many came, from slot 0 on.
int sockeye_batch_receive(int descriptor, struct sockeye_batch *batch, int wanted);
// Returns how many went. Each goes to where its slot says, or all to the connected peer.
int sockeye_batch_send(int descriptor, struct sockeye_batch *batch, uint32_t first, uint32_t count, int is_connected);
// Lets the kernel choose where a datagram is sent from. 0: it does already.
int sockeye_batch_forget_source(struct sockeye_batch *batch, uint32_t slot);
// The slots. The length is that of the datagram as it was sent, which may be more than was kept.
void *sockeye_batch_bytes(struct sockeye_batch *batch, uint32_t slot);
uint32_t sockeye_batch_length(struct sockeye_batch *batch, uint32_t slot);
const struct sockaddr_storage *sockeye_batch_name(struct sockeye_batch *batch, uint32_t slot, socklen_t *length);
void sockeye_batch_control(struct sockeye_batch *batch, uint32_t slot, struct sockeye_arrival *out);
// Fills a slot. `to` may have a length of 0; `from` as well.
void sockeye_batch_put(
    struct sockeye_batch *batch, uint32_t slot, const void *bytes, uint32_t count, uint32_t length, const struct sockaddr *to,
    socklen_t to_length, const struct sockaddr *from, socklen_t from_length);

// What the kernel was told about a datagram that was sent (IP_RECVERR): its errno and where it was going.
struct sockeye_refusal {
    int32_t error;
    socklen_t to_length;
    struct sockaddr_storage to;
};
// Takes the oldest one; -1 with EAGAIN when there is none.
int sockeye_receive_refusal(int descriptor, struct sockeye_refusal *out);

// Options, by numbers of our own.
enum sockeye_datagram_option {
    SOCKEYE_BROADCAST,
    SOCKEYE_LOCAL_ADDRESS,  // IP_PKTINFO
    SOCKEYE_LOCAL_ADDRESS_6, // IPV6_RECVPKTINFO
    SOCKEYE_ERRORS,         // IP_RECVERR
    SOCKEYE_ERRORS_6,       // IPV6_RECVERR
    SOCKEYE_COALESCE,       // UDP_GRO
    SOCKEYE_SEGMENT,        // UDP_SEGMENT
    SOCKEYE_MULTICAST_TTL,
    SOCKEYE_MULTICAST_HOPS_6,
    SOCKEYE_MULTICAST_LOOP,
    SOCKEYE_MULTICAST_LOOP_6,
    SOCKEYE_MULTICAST_INTERFACE_6,
    SOCKEYE_CREDENTIALS, // SO_PASSCRED
};
int sockeye_datagram_set(int descriptor, int option, int value);
int sockeye_datagram_get(int descriptor, int option, int *value);
int sockeye_multicast_interface(int descriptor, uint32_t interface);
// `group` is an IPv4 or IPv6 address; `joins` 1 to join, 0 to leave; interface 0 for the one that the kernel chooses.
int sockeye_multicast_change(int descriptor, const struct sockaddr *group, uint32_t interface, int joins);

#endif
