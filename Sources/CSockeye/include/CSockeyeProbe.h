// What a diagnosis needs of the system: the error queue of a socket, packets with few hops or without fragments, what TCP
// knows of a connection, and other programs' output. Calls that fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_PROBE_H
#define CSOCKEYE_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

// An entry of the error queue: who said what. `origin` is SO_EE_ORIGIN_: 1 this computer, 2 ICMP, 3 ICMPv6.
struct sockeye_queued_error {
    uint32_t error;
    uint8_t origin;
    uint8_t type;
    uint8_t code;
    // The largest packet that fits, where the message is about that.
    uint32_t info;
    // Whose message it is; the family is 0 when the kernel does not say.
    struct sockaddr_storage offender;
};

// Keeps the network's error messages for the socket (IP_RECVERR, IPV6_RECVERR), whatever its family.
int sockeye_keep_errors(int descriptor, int is_ipv6);
// Takes the next of them: 1 there was one, 0 there is none.
int sockeye_take_error(int descriptor, struct sockeye_queued_error *out);
// How many routers a packet may pass (IP_TTL, IPV6_UNICAST_HOPS).
int sockeye_set_hops(int descriptor, int is_ipv6, int hops);
// Sends datagrams whole or not at all, whatever was learned about the path before (IP_PMTUDISC_PROBE).
int sockeye_send_whole(int descriptor, int is_ipv6);
// What TCP has measured: microseconds of a round trip, and segments that had to be sent again.
int sockeye_tcp_figures(int descriptor, uint32_t *round_trip, uint32_t *sent_again);

// Starts a program with standard input from nowhere and both outputs in a pipe, whose reading end is stored. Returns its id.
pid_t sockeye_program_start(const char *path, char *const arguments[], int *output);
// Ends it if it still runs, and collects it: its status as shells count, or -1.
int sockeye_program_end(pid_t id, int by_force);

// The neighbour table of the kernel (RTM_GETNEIGH), for both families: address, interface, and the NUD_ state.
int sockeye_neighbours(void *context, void (*each)(void *context, const struct sockaddr_storage *address, unsigned interface, unsigned state));

#endif
