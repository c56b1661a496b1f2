#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeDatagram.h"
#include "NoDebug.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

// Of <linux/udp.h>, which libc's own <netinet/udp.h> does not always have.
enum { LEVEL_UDP = 17, OPTION_UDP_SEGMENT = 103, OPTION_UDP_GRO = 104 };

// Control messages are walked by hand: libc's macros have casts, see NoDebug.h. Each begins with a header, and the next
// begins at a multiple of a word.
enum { CONTROL_BYTES = 128, HEADER = sizeof(struct cmsghdr), WORD = sizeof(size_t) };

union control {
    uint8_t bytes[CONTROL_BYTES];
    struct cmsghdr header; // for the alignment
};

static NO_DEBUG size_t aligned(size_t count) { return (count + WORD - 1) / WORD * WORD; }

static NO_DEBUG const struct sockaddr_in *in4(const void *address) { return address; }
static NO_DEBUG const struct sockaddr_in6 *in6(const void *address) { return address; }

// libc's macros for these have casts as well.
static NO_DEBUG int is_of_one_link(const struct in6_addr *address) {
    return address->s6_addr[0] == 0xfe && (address->s6_addr[1] & 0xc0) == 0x80;
}
// An IPv4 group may stand in it, too (::ffff:224.0.0.0/100).
static NO_DEBUG int is_group(const struct in6_addr *address) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    int is_mapped_group = memcmp(address, mapped, sizeof mapped) == 0 && (address->s6_addr[12] & 0xf0) == 0xe0;
    return address->s6_addr[0] == 0xff || is_mapped_group;
}
static NO_DEBUG int is_group_4(const struct in_addr *address) {
    uint8_t first;
    memcpy(&first, address, 1);
    return first >= 224 && first < 240;
}

// The address that a datagram was sent to, as the kernel tells it (IP_PKTINFO, IPV6_PKTINFO), and what GRO did.
static NO_DEBUG void read_control(const void *control, size_t length, struct sockeye_arrival *out) {
    const uint8_t *bytes = control;
    for (size_t at = 0; at + HEADER <= length;) {
        const void *here = bytes + at;
        const struct cmsghdr *header = here;
        const void *data = bytes + at + HEADER;
        if (header->cmsg_len < HEADER || header->cmsg_len > length - at) return;
        void *target = &out->local;
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, data, sizeof info);
            struct sockaddr_in *local = target;
            memset(local, 0, sizeof *local);
            local->sin_family = AF_INET;
            local->sin_addr = info.ipi_addr;
            out->local_length = sizeof *local;
            out->interface = info.ipi_ifindex;
        } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, data, sizeof info);
            struct sockaddr_in6 *local = target;
            memset(local, 0, sizeof *local);
            local->sin6_family = AF_INET6;
            local->sin6_addr = info.ipi6_addr;
            // An address of one link means nothing without its interface.
            if (is_of_one_link(&info.ipi6_addr)) local->sin6_scope_id = info.ipi6_ifindex;
            out->local_length = sizeof *local;
            out->interface = info.ipi6_ifindex;
        } else if (header->cmsg_level == LEVEL_UDP && header->cmsg_type == OPTION_UDP_GRO) {
            int segment = 0;
            memcpy(&segment, data, sizeof segment);
            out->segment = segment;
        } else if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;
            memcpy(&who, data, sizeof who);
            out->process = who.pid, out->user = who.uid, out->group = who.gid;
        }
        at += aligned(header->cmsg_len);
    }
}

static NO_DEBUG void clear_control(struct sockeye_arrival *out) {
    out->local_length = 0, out->interface = 0, out->segment = 0;
    out->process = 0, out->user = 0, out->group = 0;
}

// Descriptors that somebody passes along would be opened if there were room for them.
static NO_DEBUG size_t room_for(int wanted) {
    switch (wanted) {
    case SOCKEYE_CONTROL_ADDRESSES: return CONTROL_BYTES;
    case SOCKEYE_CONTROL_CREDENTIALS: return HEADER + aligned(sizeof(struct ucred));
    default: return 0;
    }
}

static NO_DEBUG size_t put_control(union control *out, size_t at, int level, int type, const void *data, size_t count) {
    struct cmsghdr header = {.cmsg_len = HEADER + count, .cmsg_level = level, .cmsg_type = type};
    memset(out->bytes + at, 0, HEADER + aligned(count));
    memcpy(out->bytes + at, &header, HEADER);
    memcpy(out->bytes + at + HEADER, data, count);
    return at + HEADER + aligned(count);
}

// The control message that makes the kernel send from an address.
static NO_DEBUG size_t put_source(union control *out, size_t at, const struct sockaddr *from, socklen_t length) {
    if (length == 0) return at;
    if (from->sa_family == AF_INET) {
        struct in_pktinfo info = {.ipi_addr = in4(from)->sin_addr, .ipi_spec_dst = in4(from)->sin_addr};
        // A group is no address to send from: then the kernel chooses.
        if (is_group_4(&info.ipi_addr)) info.ipi_spec_dst.s_addr = 0;
        return put_control(out, at, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    if (from->sa_family == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_addr = in6(from)->sin6_addr, .ipi6_ifindex = in6(from)->sin6_scope_id};
        return put_control(out, at, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    return at;
}

NO_DEBUG ptrdiff_t sockeye_receive_datagram(int descriptor, void *bytes, size_t room, int wanted, struct sockeye_arrival *out) {
    union control control;
    struct iovec piece = {.iov_base = bytes, .iov_len = room};
    struct msghdr message = {.msg_name = &out->from, .msg_namelen = sizeof out->from, .msg_iov = &piece, .msg_iovlen = 1};
    if (wanted) message.msg_control = &control, message.msg_controllen = room_for(wanted);
    // With MSG_TRUNC the kernel returns how long it was, and not how much of it there was room for.
    ptrdiff_t length = recvmsg(descriptor, &message, MSG_TRUNC | MSG_CMSG_CLOEXEC);
    if (length < 0) return -1;
    out->from_length = message.msg_namelen;
    clear_control(out);
    if (wanted) read_control(&control, message.msg_controllen, out);
    return length;
}

NO_DEBUG ptrdiff_t sockeye_send_datagram(
    int descriptor, const void *bytes, size_t count, const struct sockaddr *to, socklen_t to_length, const struct sockaddr *from,
    socklen_t from_length, uint16_t segment) {
    union control control;
    struct iovec piece = {.iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    // The kernel does not write to either; its type only says nothing about it.
    memcpy(&piece.iov_base, &bytes, sizeof bytes);
    if (to_length) memcpy(&message.msg_name, &to, sizeof to), message.msg_namelen = to_length;
    size_t used = put_source(&control, 0, from, from_length);
    if (segment) used = put_control(&control, used, LEVEL_UDP, OPTION_UDP_SEGMENT, &segment, sizeof segment);
    if (used) message.msg_control = &control, message.msg_controllen = used;
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

// One block of memory: this, then the arrays, then the bytes.
struct sockeye_batch {
    uint32_t capacity, room;
    uint32_t dirty; // slots from 0 that were used since the last receive, and are to be put in order for the next
    int had; // the control messages that the slots are in order for
    struct mmsghdr *messages;
    struct iovec *pieces;
    struct sockaddr_storage *names;
    union control *controls;
    uint8_t *bytes;
};

NO_DEBUG struct sockeye_batch *sockeye_batch_create(uint32_t capacity, uint32_t room) {
    struct sockeye_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return 0;
    batch->capacity = batch->dirty = capacity;
    batch->room = room;
    batch->messages = calloc(capacity, sizeof *batch->messages);
    batch->pieces = calloc(capacity, sizeof *batch->pieces);
    batch->names = calloc(capacity, sizeof *batch->names);
    batch->controls = calloc(capacity, sizeof *batch->controls);
    batch->bytes = calloc(capacity, room);
    if (!batch->messages || !batch->pieces || !batch->names || !batch->controls || !batch->bytes) {
        sockeye_batch_destroy(batch);
        return 0;
    }
    for (uint32_t i = 0; i < capacity; i++) {
        size_t at = i;
        batch->pieces[i].iov_base = batch->bytes + at * room;
        batch->messages[i].msg_hdr.msg_iov = &batch->pieces[i];
        batch->messages[i].msg_hdr.msg_iovlen = 1;
    }
    return batch;
}

NO_DEBUG void sockeye_batch_destroy(struct sockeye_batch *batch) {
    free(batch->messages), free(batch->pieces), free(batch->names), free(batch->controls), free(batch->bytes);
    free(batch);
}

NO_DEBUG int sockeye_batch_receive(int descriptor, struct sockeye_batch *batch, int wanted) {
    uint32_t dirty = wanted != batch->had ? batch->capacity : batch->dirty;
    for (uint32_t i = 0; i < dirty; i++) {
        struct msghdr *message = &batch->messages[i].msg_hdr;
        batch->pieces[i].iov_len = batch->room;
        message->msg_name = &batch->names[i];
        message->msg_namelen = sizeof batch->names[i];
        message->msg_control = wanted ? &batch->controls[i] : 0;
        message->msg_controllen = room_for(wanted);
    }
    batch->had = wanted;
    batch->dirty = 0;
    int count = recvmmsg(descriptor, batch->messages, batch->capacity, MSG_TRUNC | MSG_CMSG_CLOEXEC, 0);
    if (count > 0) batch->dirty = count;
    return count;
}

// What said where a datagram came to says where its answer comes from; but a group is no address to send from, and the
// way back is the routing's business.
static NO_DEBUG void answer_from(struct msghdr *message) {
    const struct cmsghdr *header = message->msg_control;
    uint8_t *data = message->msg_control;
    data += HEADER;
    if (message->msg_controllen < HEADER) {
        message->msg_controllen = 0;
    } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, data, sizeof info);
        info.ipi_ifindex = 0;
        memcpy(data, &info, sizeof info);
        message->msg_controllen = HEADER + aligned(sizeof info);
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;
        memcpy(&info, data, sizeof info);
        if (!is_of_one_link(&info.ipi6_addr)) info.ipi6_ifindex = 0;
        memcpy(data, &info, sizeof info);
        message->msg_controllen = is_group(&info.ipi6_addr) ? 0 : HEADER + aligned(sizeof info);
    } else {
        message->msg_controllen = 0;
    }
}

NO_DEBUG int sockeye_batch_send(int descriptor, struct sockeye_batch *batch, uint32_t first, uint32_t count, int is_connected) {
    for (uint32_t i = first; i < first + count; i++) {
        struct msghdr *message = &batch->messages[i].msg_hdr;
        uint32_t length = batch->messages[i].msg_len;
        batch->pieces[i].iov_len = length < batch->room ? length : batch->room;
        if (is_connected || message->msg_namelen == 0) message->msg_name = 0, message->msg_namelen = 0;
        if (message->msg_controllen) answer_from(message);
    }
    if (first + count > batch->dirty) batch->dirty = first + count;
    // sendmmsg writes each length as it was sent, which is what it was.
    return sendmmsg(descriptor, batch->messages + first, count, MSG_NOSIGNAL);
}

NO_DEBUG int sockeye_batch_forget_source(struct sockeye_batch *batch, uint32_t slot) {
    if (batch->messages[slot].msg_hdr.msg_controllen == 0) return 0;
    batch->messages[slot].msg_hdr.msg_controllen = 0;
    return 1;
}

NO_DEBUG void *sockeye_batch_bytes(struct sockeye_batch *batch, uint32_t slot) { return batch->pieces[slot].iov_base; }
NO_DEBUG uint32_t sockeye_batch_length(struct sockeye_batch *batch, uint32_t slot) { return batch->messages[slot].msg_len; }

NO_DEBUG const struct sockaddr_storage *sockeye_batch_name(struct sockeye_batch *batch, uint32_t slot, socklen_t *length) {
    *length = batch->messages[slot].msg_hdr.msg_namelen;
    return &batch->names[slot];
}

NO_DEBUG void sockeye_batch_control(struct sockeye_batch *batch, uint32_t slot, struct sockeye_arrival *out) {
    clear_control(out);
    read_control(&batch->controls[slot], batch->messages[slot].msg_hdr.msg_controllen, out);
}

NO_DEBUG void sockeye_batch_put(
    struct sockeye_batch *batch, uint32_t slot, const void *bytes, uint32_t count, uint32_t length, const struct sockaddr *to,
    socklen_t to_length, const struct sockaddr *from, socklen_t from_length) {
    struct msghdr *message = &batch->messages[slot].msg_hdr;
    if (count) memcpy(batch->pieces[slot].iov_base, bytes, count);
    batch->messages[slot].msg_len = length;
    if (to_length) memcpy(&batch->names[slot], to, to_length);
    message->msg_name = &batch->names[slot];
    message->msg_namelen = to_length;
    message->msg_control = &batch->controls[slot];
    message->msg_controllen = put_source(&batch->controls[slot], 0, from, from_length);
    if (slot + 1 > batch->dirty) batch->dirty = slot + 1;
}

NO_DEBUG int sockeye_receive_refusal(int descriptor, struct sockeye_refusal *out) {
    uint8_t byte;
    union {
        uint8_t bytes[512];
        struct cmsghdr header; // for the alignment
    } control;
    struct iovec piece = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_name = &out->to, .msg_namelen = sizeof out->to, .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
        .msg_controllen = sizeof control};
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE) < 0) return -1;
    out->to_length = message.msg_namelen;
    out->error = 0;
    for (size_t at = 0; at + HEADER <= message.msg_controllen;) {
        const void *here = control.bytes + at;
        const struct cmsghdr *header = here;
        if (header->cmsg_len < HEADER) break;
        int is_error = (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR)
            || (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
        if (is_error) {
            struct sock_extended_err error;
            memcpy(&error, control.bytes + at + HEADER, sizeof error);
            out->error = error.ee_errno;
        }
        at += aligned(header->cmsg_len);
    }
    return 0;
}

struct number { int level, name; };

static NO_DEBUG struct number number_of(int option) {
    switch (option) {
    case SOCKEYE_BROADCAST: return (struct number){SOL_SOCKET, SO_BROADCAST};
    case SOCKEYE_LOCAL_ADDRESS: return (struct number){IPPROTO_IP, IP_PKTINFO};
    case SOCKEYE_LOCAL_ADDRESS_6: return (struct number){IPPROTO_IPV6, IPV6_RECVPKTINFO};
    case SOCKEYE_ERRORS: return (struct number){IPPROTO_IP, IP_RECVERR};
    case SOCKEYE_ERRORS_6: return (struct number){IPPROTO_IPV6, IPV6_RECVERR};
    case SOCKEYE_COALESCE: return (struct number){LEVEL_UDP, OPTION_UDP_GRO};
    case SOCKEYE_SEGMENT: return (struct number){LEVEL_UDP, OPTION_UDP_SEGMENT};
    case SOCKEYE_MULTICAST_TTL: return (struct number){IPPROTO_IP, IP_MULTICAST_TTL};
    case SOCKEYE_MULTICAST_HOPS_6: return (struct number){IPPROTO_IPV6, IPV6_MULTICAST_HOPS};
    case SOCKEYE_MULTICAST_LOOP: return (struct number){IPPROTO_IP, IP_MULTICAST_LOOP};
    case SOCKEYE_MULTICAST_LOOP_6: return (struct number){IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
    case SOCKEYE_CREDENTIALS: return (struct number){SOL_SOCKET, SO_PASSCRED};
    case SOCKEYE_MULTICAST_INTERFACE_6: return (struct number){IPPROTO_IPV6, IPV6_MULTICAST_IF};
    default: return (struct number){-1, -1};
    }
}

NO_DEBUG int sockeye_datagram_set(int descriptor, int option, int value) {
    struct number number = number_of(option);
    return setsockopt(descriptor, number.level, number.name, &value, sizeof value);
}

NO_DEBUG int sockeye_datagram_get(int descriptor, int option, int *value) {
    struct number number = number_of(option);
    socklen_t length = sizeof *value;
    return getsockopt(descriptor, number.level, number.name, value, &length);
}

NO_DEBUG int sockeye_multicast_interface(int descriptor, uint32_t interface) {
    struct ip_mreqn request = {.imr_ifindex = interface};
    return setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request);
}

NO_DEBUG int sockeye_multicast_change(int descriptor, const struct sockaddr *group, uint32_t interface, int joins) {
    if (group->sa_family == AF_INET6) {
        struct ipv6_mreq request = {.ipv6mr_multiaddr = in6(group)->sin6_addr, .ipv6mr_interface = interface};
        return setsockopt(descriptor, IPPROTO_IPV6, joins ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &request, sizeof request);
    }
    struct ip_mreqn request = {.imr_multiaddr = in4(group)->sin_addr, .imr_ifindex = interface};
    return setsockopt(descriptor, IPPROTO_IP, joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request);
}
