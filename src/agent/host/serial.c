/* Serial ports of the heartbeat: raw bytes, never a BREAK, never a wait for modem lines. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "host.h"

/* include/uapi/asm-generic/termbits.h: the C library has only the speeds of its constants. */
struct termios2 {
    tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
    cc_t c_line, c_cc[19];
    speed_t c_ispeed, c_ospeed;
};
#undef TCGETS2
#undef TCSETS2
#define TCGETS2 _IOR('T', 0x2a, struct termios2)
#define TCSETS2 _IOW('T', 0x2b, struct termios2)
#undef BOTHER
#define BOTHER 0010000u

/* include/uapi/linux/serial.h */
struct serial_icounter_struct {
    int cts, dsr, rng, dcd, rx, tx, frame, overrun, parity, brk, buf_overrun, reserved[9];
};
#undef TIOCGICOUNT
#define TIOCGICOUNT 0x545d

/* A receiver samples the middle of ten bits: half a bit over a byte is 5 %, shared by two ends. */
#define SPEED_ERROR_PERCENT_MAX 2
#define COUNTERS 5

static bool has_speed(const struct termios2 *line, int64_t baud)
{
    int64_t error = (int64_t)line->c_ospeed - baud;
    return (error < 0 ? -error : error) * 100 <= baud * SPEED_ERROR_PERCENT_MAX;
}

/* 8N1 without flow control of either kind: a cable with three wires, a peer that is off. */
static int make_raw(int fd, int64_t baud)
{
    struct termios2 line = {.c_iflag = IGNBRK,
                            .c_cflag = CS8 | CREAD | CLOCAL | HUPCL | BOTHER,
                            .c_cc = {[VMIN] = 1},
                            .c_ispeed = (speed_t)baud,
                            .c_ospeed = (speed_t)baud};
    if (ioctl(fd, TCSETS2, &line) < 0 || ioctl(fd, TCGETS2, &line) < 0)
        return -1;
    if (has_speed(&line, baud))
        return 0;
    errno = ERANGE;
    return -1;
}

/* serialOpen(path, baud): -ERANGE where the port cannot have that speed. */
static JSValue serial_open(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t baud;
    (void)self, (void)argc;
    if (!integer_of(argv[1], 50, 4000000, &baud))
        return refused(EINVAL);
    const char *path = string_of(context, argv[0]);
    if (path == NULL)
        return refused(EINVAL);
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    JS_FreeCString(context, path);
    return descriptor_of(fd, fd >= 0 && ioctl(fd, TIOCEXCL) == 0 && make_raw(fd, baud) == 0);
}

/* serialQueued(fd): bytes that the driver has not sent yet. */
static JSValue serial_queued(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    int count = 0;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    return ioctl((int)fd, TIOCOUTQ, &count) < 0 ? refused(errno) : result_of(count);
}

/*
 * serialCounters(fd, into): five counts of 32 bits as this machine has them: overrun,
 * buffer_overrun, framing, parity, breaks. -ENOTTY where the driver counts nothing.
 */
static JSValue serial_counters(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes into;
    struct serial_icounter_struct count = {0};
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &into) ||
        into.length < COUNTERS * sizeof(int))
        return refused(EINVAL);
    if (ioctl((int)fd, TIOCGICOUNT, &count) < 0)
        return refused(errno);
    int counts[COUNTERS] = {count.overrun, count.buf_overrun, count.frame, count.parity, count.brk};
    memcpy(into.at, counts, sizeof counts);
    return result_of(COUNTERS);
}

const JSCFunctionListEntry serial_functions[] = {
    JS_CFUNC_DEF("serialOpen", 2, serial_open),
    JS_CFUNC_DEF("serialQueued", 1, serial_queued),
    JS_CFUNC_DEF("serialCounters", 2, serial_counters),
};
const int serial_function_count = COUNT(serial_functions);
