/* Streams: the control socket, its clients, and the TCP connections of the checks. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host.h"

#define BACKLOG 8

/* A path, or a name of the network namespace after an `@` (unix(7), abstract). */
static socklen_t unix_address(JSContext *context, JSValueConst value, struct sockaddr_un *address)
{
    const char *path = string_of(context, value);
    if (path == NULL)
        return 0;
    size_t length = strlen(path);
    bool fits = length > 0 && length < sizeof address->sun_path;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (fits)
        memcpy(address->sun_path, path, length);
    JS_FreeCString(context, path);
    if (!fits)
        return 0;
    if (address->sun_path[0] != '@')
        return sizeof *address;
    address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* unixListen(path): a socket that only its owner may use. */
static JSValue unix_listen(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct sockaddr_un address;
    (void)self, (void)argc;
    socklen_t length = unix_address(context, argv[0], &address);
    if (length == 0)
        return refused(ENAMETOOLONG);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCKET_FLAGS, 0);
    if (fd < 0)
        return refused(errno);
    mode_t mask = umask(0177);
    int result = bind(fd, (struct sockaddr *)&address, length);
    umask(mask);
    return descriptor_of(fd, result == 0 && listen(fd, BACKLOG) == 0);
}

/* unixConnect(path) */
static JSValue unix_connect(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct sockaddr_un address;
    (void)self, (void)argc;
    socklen_t length = unix_address(context, argv[0], &address);
    if (length == 0)
        return refused(ENAMETOOLONG);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCKET_FLAGS, 0);
    return descriptor_of(fd, fd >= 0 && connect(fd, (struct sockaddr *)&address, length) == 0);
}

/* accept(fd) */
static JSValue accept_client(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    return result_of(accept4((int)fd, NULL, NULL, SOCKET_FLAGS));
}

/* tcpConnect(address, port): a connection under way; closing it resets it and leaves no state. */
static JSValue tcp_connect(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t address, port;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, UINT32_MAX, &address) || !integer_of(argv[1], 1, 65535, &port))
        return refused(EINVAL);
    struct sockaddr_in peer = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl((uint32_t)address)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCKET_FLAGS, 0);
    if (fd < 0)
        return refused(errno);
    int result = setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (result == 0)
        result = connect(fd, (struct sockaddr *)&peer, sizeof peer);
    return descriptor_of(fd, result == 0 || errno == EINPROGRESS);
}

/* socketError(fd): 0 or minus the error that the connection met. */
static JSValue socket_error(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    int error = 0;
    socklen_t length = sizeof error;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    if (getsockopt((int)fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return refused(errno);
    return refused(error);
}

/* read(fd, into): 0 at the end of the stream. */
static JSValue read_stream(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes into;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &into))
        return refused(EINVAL);
    return result_of(read((int)fd, into.at, into.length));
}

/* write(fd, bytes) */
static JSValue write_stream(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes bytes;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &bytes))
        return refused(EINVAL);
    return result_of(write((int)fd, bytes.at, bytes.length));
}

const JSCFunctionListEntry stream_functions[] = {
    JS_CFUNC_DEF("unixListen", 1, unix_listen),    JS_CFUNC_DEF("unixConnect", 1, unix_connect),
    JS_CFUNC_DEF("accept", 1, accept_client),      JS_CFUNC_DEF("tcpConnect", 2, tcp_connect),
    JS_CFUNC_DEF("socketError", 1, socket_error),  JS_CFUNC_DEF("read", 2, read_stream),
    JS_CFUNC_DEF("write", 2, write_stream),
};
const int stream_function_count = COUNT(stream_functions);
