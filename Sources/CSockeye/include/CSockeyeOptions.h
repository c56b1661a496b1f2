// Socket options by number, and what the kernel tells about a TCP connection. Calls that fail return -1 and leave errno.
// Nothing here decides anything.
#ifndef CSOCKEYE_OPTIONS_H
#define CSOCKEYE_OPTIONS_H

#include <stdint.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// What glibc's headers may be too old for; the numbers are the kernel's and the same on every architecture.
#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif

static const int32_t sockeye_level_socket = SOL_SOCKET;
static const int32_t sockeye_level_tcp = IPPROTO_TCP;
static const int32_t sockeye_level_ipv4 = IPPROTO_IP;
static const int32_t sockeye_level_ipv6 = IPPROTO_IPV6;

static const int32_t sockeye_so_reuseaddr = SO_REUSEADDR;
static const int32_t sockeye_so_reuseport = SO_REUSEPORT;
static const int32_t sockeye_so_keepalive = SO_KEEPALIVE;
static const int32_t sockeye_so_linger = SO_LINGER;
static const int32_t sockeye_so_sndbuf = SO_SNDBUF;
static const int32_t sockeye_so_rcvbuf = SO_RCVBUF;
static const int32_t sockeye_so_bindtodevice = SO_BINDTODEVICE;
static const int32_t sockeye_so_peercred = SO_PEERCRED;
static const int32_t sockeye_so_type = SO_TYPE;
static const int32_t sockeye_so_domain = SO_DOMAIN;
static const int32_t sockeye_so_protocol = SO_PROTOCOL;
static const int32_t sockeye_so_acceptconn = SO_ACCEPTCONN;
static const int32_t sockeye_tcp_nodelay = TCP_NODELAY;
static const int32_t sockeye_tcp_keepidle = TCP_KEEPIDLE;
static const int32_t sockeye_tcp_keepintvl = TCP_KEEPINTVL;
static const int32_t sockeye_tcp_keepcnt = TCP_KEEPCNT;
static const int32_t sockeye_tcp_user_timeout = TCP_USER_TIMEOUT;
static const int32_t sockeye_tcp_fastopen = TCP_FASTOPEN;
static const int32_t sockeye_tcp_fastopen_connect = TCP_FASTOPEN_CONNECT;
static const int32_t sockeye_tcp_quickack = TCP_QUICKACK;
static const int32_t sockeye_ip_tos = IP_TOS;
static const int32_t sockeye_ip_ttl = IP_TTL;
static const int32_t sockeye_ipv6_tclass = IPV6_TCLASS;
static const int32_t sockeye_ipv6_unicast_hops = IPV6_UNICAST_HOPS;
static const int32_t sockeye_ipv6_v6only = IPV6_V6ONLY;

static const int32_t sockeye_family_ipv4 = AF_INET;
static const int32_t sockeye_family_ipv6 = AF_INET6;
static const int32_t sockeye_family_unix = AF_UNIX;
static const int32_t sockeye_kind_stream = SOCK_STREAM;
static const int32_t sockeye_kind_datagram = SOCK_DGRAM;
static const int32_t sockeye_kind_seqpacket = SOCK_SEQPACKET;

int sockeye_option_set(int descriptor, int level, int name, const void *value, uint32_t count);
// Writes at most `count` bytes, and returns how many.
int sockeye_option_get(int descriptor, int level, int name, void *value, uint32_t count);

// The part of the kernel's `struct tcp_info` that Sockeye shows. A kernel that does not know a field leaves it zero.
struct sockeye_tcp_statistics {
    uint8_t state, backoff;
    uint32_t round_trip_us, round_trip_variance_us, minimum_round_trip_us, retransmission_timeout_us;
    uint32_t retransmitting, retransmits, lost, segment_bytes, congestion_window, slow_start_threshold;
    uint32_t peer_window_bytes, waiting_bytes, queued_bytes, unread_bytes;
    uint64_t sent_bytes, acknowledged_bytes, received_bytes, retransmitted_bytes, delivery_rate;
};
int sockeye_read_tcp_statistics(int descriptor, struct sockeye_tcp_statistics *out);

#endif
