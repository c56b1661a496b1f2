#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeOptions.h"
#include "NoDebug.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>

// The kernel's own `struct tcp_info` goes on where glibc's ends. What follows is its order since 4.1 (include/uapi/linux/tcp.h);
// the kernel says how much of it it has written.
struct whole_tcp_info {
    struct tcp_info begin;
    uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
    uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
    uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
    uint32_t delivered, delivered_ce;
    uint64_t bytes_sent, bytes_retrans;
    uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd;
};

NO_DEBUG int sockeye_option_set(int descriptor, int level, int name, const void *value, uint32_t count) {
    return setsockopt(descriptor, level, name, value, count);
}

NO_DEBUG int sockeye_option_get(int descriptor, int level, int name, void *value, uint32_t count) {
    socklen_t length = count;
    return getsockopt(descriptor, level, name, value, &length) < 0 ? -1 : length;
}

NO_DEBUG int sockeye_read_tcp_statistics(int descriptor, struct sockeye_tcp_statistics *out) {
    struct whole_tcp_info info;
    socklen_t length = sizeof info;
    int queued = 0, unread = 0;
    memset(&info, 0, sizeof info);
    memset(out, 0, sizeof *out);
    // The queue first: what is sent in between makes the difference smaller, and never wrong by more than that.
    // A listening socket has no queues of bytes, and says so with EINVAL.
    if ((ioctl(descriptor, SIOCOUTQ, &queued) < 0 || ioctl(descriptor, FIONREAD, &unread) < 0) && errno != EINVAL) return -1;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return -1;
    out->state = info.begin.tcpi_state;
    out->backoff = info.begin.tcpi_backoff;
    out->round_trip_us = info.begin.tcpi_rtt;
    out->round_trip_variance_us = info.begin.tcpi_rttvar;
    out->minimum_round_trip_us = info.min_rtt;
    out->retransmission_timeout_us = info.begin.tcpi_rto;
    out->retransmitting = info.begin.tcpi_retransmits;
    out->retransmits = info.begin.tcpi_total_retrans;
    out->lost = info.begin.tcpi_lost;
    out->segment_bytes = info.begin.tcpi_snd_mss;
    out->congestion_window = info.begin.tcpi_snd_cwnd;
    out->slow_start_threshold = info.begin.tcpi_snd_ssthresh;
    out->peer_window_bytes = info.snd_wnd;
    out->waiting_bytes = info.notsent_bytes;
    out->queued_bytes = queued;
    out->unread_bytes = unread;
    out->sent_bytes = info.bytes_sent;
    out->acknowledged_bytes = info.bytes_acked;
    out->received_bytes = info.bytes_received;
    out->retransmitted_bytes = info.bytes_retrans;
    out->delivery_rate = info.delivery_rate;
    return 0;
}
