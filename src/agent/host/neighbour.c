/* Sockets that hear who has an address: ARP, and neighbour advertisements of IPv6. */
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include "host.h"

/* include/uapi/linux/filter.h and bpf_common.h */
struct filter_step {
    uint16_t code;
    uint8_t yes, no;
    uint32_t value;
};
struct filter_program {
    unsigned short length;
    struct filter_step *steps;
};
#define FILTER_STEPS_MAX 4096
#define NEIGHBOUR_BUFFER_BYTES (1 << 14)

/* Neighbour advertisements alone, and what the kernel keeps of their headers. */
static bool hears_advertisements(int fd)
{
    struct icmp6_filter wanted;
    ICMP6_FILTER_SETBLOCKALL(&wanted);
    ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &wanted);
    return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &wanted, sizeof wanted) == 0 &&
           is_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
           is_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
}

/*
 * neighbourSocket(device, ifindex, isIpv6, filter): what the filter passes of ARP, read with
 * `recv`, or of neighbour advertisements, read with `recvIpv6`.
 */
static JSValue neighbour_socket(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t ifindex, is_ipv6;
    struct bytes filter;
    (void)self, (void)argc;
    if (!integer_of(argv[1], 1, INT32_MAX, &ifindex) || !integer_of(argv[2], 0, 1, &is_ipv6) ||
        !bytes_of(context, argv[3], &filter) || filter.length % sizeof(struct filter_step) != 0 ||
        filter.length > FILTER_STEPS_MAX * sizeof(struct filter_step))
        return refused(EINVAL);
    struct filter_program program = {
        .length = (unsigned short)(filter.length / sizeof(struct filter_step)),
        .steps = (struct filter_step *)(void *)filter.at};
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETHERTYPE_ARP),
                                  .sll_ifindex = (int)ifindex};
    /* A packet socket hears nothing before it is bound. */
    int fd = is_ipv6 ? device_socket(context, argv[0], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)
                     : socket(AF_PACKET, SOCK_DGRAM | SOCKET_FLAGS, 0);
    if (fd < 0)
        return refused(errno);
    bool is_ready =
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 &&
        is_set(fd, SOL_SOCKET, SO_RCVBUF, NEIGHBOUR_BUFFER_BYTES) &&
        (is_ipv6 ? hears_advertisements(fd)
                 : bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return descriptor_of(fd, is_ready);
}

const JSCFunctionListEntry neighbour_functions[] = {
    JS_CFUNC_DEF("neighbourSocket", 4, neighbour_socket),
};
const int neighbour_function_count = COUNT(neighbour_functions);
