/* Sockets at their birth, and the addresses that they are bound to. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "host.h"

bool is_set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int device_socket(JSContext *context, JSValueConst name, int family, int type, int protocol)
{
    const char *device = string_of(context, name);
    if (device == NULL) {
        errno = EINVAL;
        return -1;
    }
    int fd = socket(family, type | SOCKET_FLAGS, protocol);
    socklen_t length = (socklen_t)strlen(device) + 1;
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, length) < 0 ||
                    !is_set(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY_CONTROL)))
        fd = close_keeping_errno(fd);
    JS_FreeCString(context, device);
    return fd;
}

unsigned ip_address(struct bytes address, uint16_t port, uint32_t ifindex,
                    struct sockaddr_storage *into)
{
    memset(into, 0, sizeof *into);
    if (address.length == 4) {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)into;
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(port);
        memcpy(&ipv4->sin_addr, address.at, 4);
        return sizeof *ipv4;
    }
    if (address.length != 16)
        return 0;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)into;
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons(port);
    ipv6->sin6_scope_id = ifindex; /* looked at for link-local addresses only */
    memcpy(&ipv6->sin6_addr, address.at, 16);
    return sizeof *ipv6;
}
