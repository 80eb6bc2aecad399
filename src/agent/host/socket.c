/* Sockets that carry whole packets: VRRP's, the packet socket, netlink. */
#include <errno.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>

#include "host.h"

/* include/uapi/linux/netlink.h */
struct sockaddr_nl {
    sa_family_t family;
    uint16_t pad;
    uint32_t port_id;
    uint32_t groups;
};
#define NETLINK_EXT_ACK 11
#define NETLINK_GET_STRICT_CHK 12

#define IPPROTO_VRRP 112
#define VRRP_GROUP 0xe0000012u /* 224.0.0.18, RFC 9568 5.1.1.2 */
#define IPV6_HDRINCL 36        /* include/uapi/linux/in6.h, from 4.5 on */
#define IPV6_HEADER_BYTES 40
#define NETLINK_BUFFER_BYTES (1 << 20)

/* Joins the group and lets us write IP headers; of IPv6 the kernel tells what it keeps of them. */
static bool speaks_vrrp(int fd, int family, int ifindex)
{
    if (family == AF_INET) {
        struct ip_mreqn group = {.imr_multiaddr.s_addr = htonl(VRRP_GROUP),
                                 .imr_ifindex = ifindex};
        return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0 &&
               is_set(fd, IPPROTO_IP, IP_HDRINCL, 1);
    }
    /* ff02::12, RFC 9568 5.1.2.2 */
    struct ipv6_mreq group = {.ipv6mr_multiaddr.s6_addr = {0xff, 2, [15] = 0x12},
                              .ipv6mr_interface = (unsigned)ifindex};
    return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group) == 0 &&
           is_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
           is_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
           is_set(fd, IPPROTO_IPV6, IPV6_HDRINCL, 1);
}

/* vrrpSocket(device, ifindex, isIpv6): packets of protocol 112 in and out of that device. */
static JSValue vrrp_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t ifindex, is_ipv6;
    (void)self, (void)argc;
    if (!integer_of(argv[1], 1, INT32_MAX, &ifindex) || !integer_of(argv[2], 0, 1, &is_ipv6))
        return refused(EINVAL);
    int family = is_ipv6 ? AF_INET6 : AF_INET;
    int fd = device_socket(context, argv[0], family, SOCK_RAW, IPPROTO_VRRP);
    return descriptor_of(fd, fd >= 0 && speaks_vrrp(fd, family, (int)ifindex));
}

/* Which protocol a raw socket is for. */
static uint8_t protocol_of(int fd)
{
    int protocol = 0;
    socklen_t length = sizeof protocol;
    (void)getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length);
    return (uint8_t)protocol;
}

/*
 * recvIpv6(fd, into): one packet. The kernel takes the IPv6 header away and says what was in it;
 * it is put back in front, as a header without extensions.
 */
static JSValue recv_ipv6(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes into;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &into) ||
        into.length < IPV6_HEADER_BYTES)
        return refused(EINVAL);
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
    } control;
    struct sockaddr_in6 source = {0};
    struct iovec payload = {into.at + IPV6_HEADER_BYTES, into.length - IPV6_HEADER_BYTES};
    struct msghdr message = {.msg_name = &source,
                             .msg_namelen = sizeof source,
                             .msg_iov = &payload,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    long count = recvmsg((int)fd, &message, MSG_DONTWAIT);
    if (count < 0)
        return refused(errno);
    if ((message.msg_flags & MSG_TRUNC) != 0 || count > UINT16_MAX)
        return refused(EMSGSIZE);
    uint8_t *header = into.at;
    memset(header, 0, IPV6_HEADER_BYTES);
    header[0] = 6 << 4;
    header[4] = (uint8_t)(count >> 8);
    header[5] = (uint8_t)count;
    header[6] = protocol_of((int)fd);
    memcpy(header + 8, &source.sin6_addr, 16);
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level != IPPROTO_IPV6)
            continue;
        if (at->cmsg_type == IPV6_HOPLIMIT)
            header[7] = *CMSG_DATA(at); /* an int of 0 to 255, the low byte first */
        if (at->cmsg_type == IPV6_PKTINFO)
            memcpy(header + 24, CMSG_DATA(at), 16);
    }
    return result_of(IPV6_HEADER_BYTES + count);
}

/* sendTo(fd, packet, to, ifindex): 4 or 16 bytes of address; a link-local one is on that link. */
static JSValue send_to(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd, ifindex;
    struct bytes packet, to;
    struct sockaddr_storage address;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &packet) ||
        !bytes_of(context, argv[2], &to) || !integer_of(argv[3], 1, INT32_MAX, &ifindex))
        return refused(EINVAL);
    socklen_t length = ip_address(to, 0, (uint32_t)ifindex, &address);
    if (length == 0)
        return refused(EINVAL);
    return result_of(sendto((int)fd, packet.at, packet.length, MSG_NOSIGNAL | MSG_DONTWAIT,
                            (struct sockaddr *)&address, length));
}

/* packetSocket(ifindex): sends whole Ethernet frames, receives nothing. */
static JSValue packet_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t ifindex;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 1, INT32_MAX, &ifindex))
        return refused(EINVAL);
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCKET_FLAGS, 0);
    return descriptor_of(fd, fd >= 0 && is_set(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY_CONTROL) &&
                                 bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
}

/* netlinkSocket(protocol, groups): the kernel's answers are read with `recv`. */
static JSValue netlink_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t protocol, groups;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 31, &protocol) || !integer_of(argv[1], 0, UINT32_MAX, &groups))
        return refused(EINVAL);
    struct sockaddr_nl address = {.family = AF_NETLINK, .groups = (uint32_t)groups};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCKET_FLAGS, (int)protocol);
    if (fd < 0)
        return refused(errno);
    /* Filters dumps; a kernel before 4.20 has it not and gives them whole. */
    (void)is_set(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    return descriptor_of(fd, is_set(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1) &&
                                 is_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, NETLINK_BUFFER_BYTES) &&
                                 bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
}

/* recv(fd, into): one packet; -EAGAIN when none is left, -EMSGSIZE when it was larger. */
static JSValue recv_packet(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes into;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &into))
        return refused(EINVAL);
    long count = recv((int)fd, into.at, into.length, MSG_TRUNC);
    return count > (long)into.length ? refused(EMSGSIZE) : result_of(count);
}

/* send(fd, bytes): one packet; -ESHUTDOWN until the script has seen that its VIPs were closed. */
static JSValue send_packet(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes bytes;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &bytes))
        return refused(EINVAL);
    if (guard_has_closed())
        return refused(ESHUTDOWN);
    return result_of(send((int)fd, bytes.at, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT));
}

const JSCFunctionListEntry socket_functions[] = {
    JS_CFUNC_DEF("vrrpSocket", 3, vrrp_socket),
    JS_CFUNC_DEF("recvIpv6", 2, recv_ipv6),
    JS_CFUNC_DEF("sendTo", 4, send_to),
    JS_CFUNC_DEF("packetSocket", 1, packet_socket),
    JS_CFUNC_DEF("netlinkSocket", 2, netlink_socket),
    JS_CFUNC_DEF("recv", 2, recv_packet),
    JS_CFUNC_DEF("send", 2, send_packet),
    JS_CFUNC_DEF("guard", 2, guard_add),
    JS_CFUNC_DEF("supervise", 1, guard_supervise),
    JS_CFUNC_DEF("arm", 2, guard_arm),
    JS_CFUNC_DEF("stalled", 0, guard_stalled),
};
const int socket_function_count = COUNT(socket_functions);
