/* Sockets of the heartbeat over IP: datagrams to and from one peer, and echo requests. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "host.h"

/* include/uapi/linux/in6.h, icmp.h */
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif
#define ICMP_FILTER 1
#define ICMP_ECHOREPLY 0

/* udpSocket(device, ifindex, own, peer, port): takes datagrams of that peer and port alone. */
static JSValue udp_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t ifindex, port;
    struct bytes own, peer;
    struct sockaddr_storage from, to;
    (void)self, (void)argc;
    if (!integer_of(argv[1], 1, INT32_MAX, &ifindex) || !bytes_of(context, argv[2], &own) ||
        !bytes_of(context, argv[3], &peer) || !integer_of(argv[4], 1, 65535, &port) ||
        own.length != peer.length)
        return refused(EINVAL);
    socklen_t length = ip_address(own, (uint16_t)port, (uint32_t)ifindex, &from);
    if (length == 0 || ip_address(peer, (uint16_t)port, (uint32_t)ifindex, &to) == 0)
        return refused(EINVAL);
    bool is_ipv6 = own.length == 16;
    int fd = device_socket(context, argv[0], from.ss_family, SOCK_DGRAM, 0);
    if (fd < 0)
        return refused(errno);
    /* The address may come later than the agent. */
    bool is_free = is_ipv6 ? is_set(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1)
                           : is_set(fd, IPPROTO_IP, IP_FREEBIND, 1);
    return descriptor_of(fd, is_free && bind(fd, (struct sockaddr *)&from, length) == 0 &&
                                 connect(fd, (struct sockaddr *)&to, length) == 0);
}

/* echoSocket(device, isIpv6): `sendTo` takes ICMP messages; `recv`, `recvIpv6` give replies. */
static JSValue echo_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t is_ipv6;
    (void)self, (void)argc;
    if (!integer_of(argv[1], 0, 1, &is_ipv6))
        return refused(EINVAL);
    int fd = device_socket(context, argv[0], is_ipv6 ? AF_INET6 : AF_INET, SOCK_RAW,
                           is_ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (fd < 0)
        return refused(errno);
    struct icmp6_filter replies;
    ICMP6_FILTER_SETBLOCKALL(&replies);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies);
    bool is_filtered =
        is_ipv6 ? setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &replies, sizeof replies) == 0
                : is_set(fd, SOL_RAW, ICMP_FILTER, ~(1 << ICMP_ECHOREPLY));
    return descriptor_of(fd, is_filtered);
}

const JSCFunctionListEntry datagram_functions[] = {
    JS_CFUNC_DEF("udpSocket", 5, udp_socket),
    JS_CFUNC_DEF("echoSocket", 2, echo_socket),
};
const int datagram_function_count = COUNT(datagram_functions);
