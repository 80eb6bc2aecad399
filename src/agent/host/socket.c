/* Sockets that carry whole packets: VRRP's, the packet socket, netlink. */
#include <errno.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

#define FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)
#define IPPROTO_VRRP 112
#define VRRP_GROUP 0xe0000012u /* 224.0.0.18, RFC 9568 5.1.1.2 */
#define PRIORITY_CONTROL 7     /* TC_PRIO_CONTROL, include/uapi/linux/pkt_sched.h */
#define NETLINK_BUFFER_BYTES (1 << 20)

static JSValue closed_with_errno(int fd)
{
    int error = errno;
    close(fd);
    return refused(error);
}

/* vrrpSocket(device, ifindex): receives whole IPv4 packets of protocol 112 on that device. */
static JSValue vrrp_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t ifindex;
    (void)self, (void)argc;
    if (!integer_of(argv[1], 1, INT32_MAX, &ifindex))
        return refused(EINVAL);
    const char *device = string_of(context, argv[0]);
    if (device == NULL)
        return refused(EINVAL);
    struct ip_mreqn group = {.imr_multiaddr.s_addr = htonl(VRRP_GROUP),
                             .imr_ifindex = (int)ifindex};
    int fd = socket(AF_INET, SOCK_RAW | FLAGS, IPPROTO_VRRP);
    bool made =
        fd >= 0 &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device) + 1) == 0 &&
        setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
    JS_FreeCString(context, device);
    if (fd < 0)
        return refused(errno);
    return made ? result_of(fd) : closed_with_errno(fd);
}

/* packetSocket(ifindex): sends whole Ethernet frames, receives nothing. */
static JSValue packet_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t ifindex;
    int priority = PRIORITY_CONTROL;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 1, INT32_MAX, &ifindex))
        return refused(EINVAL);
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
    int fd = socket(AF_PACKET, SOCK_RAW | FLAGS, 0);
    if (fd < 0)
        return refused(errno);
    if (setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof priority) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        return closed_with_errno(fd);
    return result_of(fd);
}

/* netlinkSocket(protocol, groups): the kernel's answers are read with `recv`. */
static JSValue netlink_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t protocol, groups;
    int on = 1, size = NETLINK_BUFFER_BYTES;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 31, &protocol) || !integer_of(argv[1], 0, UINT32_MAX, &groups))
        return refused(EINVAL);
    struct sockaddr_nl address = {.family = AF_NETLINK, .groups = (uint32_t)groups};
    int fd = socket(AF_NETLINK, SOCK_RAW | FLAGS, (int)protocol);
    if (fd < 0)
        return refused(errno);
    /* Filters dumps; a kernel before 4.20 has it not and gives them whole. */
    (void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        return closed_with_errno(fd);
    return result_of(fd);
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
    JS_CFUNC_DEF("vrrpSocket", 2, vrrp_socket),
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
