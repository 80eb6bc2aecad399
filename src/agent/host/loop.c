/* Time and waiting: one epoll set, one absolute timer, signals as a file descriptor. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

#define READY_MAX 32

static int epoll_fd = -1, timer_fd = -1;

int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void loop_init(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = -1};
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event);
}

/* now(): microseconds since boot. */
static JSValue now(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc, (void)argv;
    return JS_NewInt64(context, now_us());
}

/* wait(until, ready): sleeps until then or until something is ready; pairs of fd and events. */
static JSValue wait_until(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    static int64_t armed_for = -1;
    struct epoll_event events[READY_MAX];
    struct bytes ready;
    int64_t until;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, INT64_MAX, &until) || !bytes_of(context, argv[1], &ready) ||
        ready.length < 2 * sizeof(int32_t) || (uintptr_t)ready.at % sizeof(int32_t) != 0)
        return refused(EINVAL);
    guard_feed();
    int64_t latest = guard_latest();
    if (until > latest)
        until = latest;
    if (until != armed_for) {
        struct itimerspec timer = {.it_value = {until / 1000000, until % 1000000 * 1000 + 1}};
        timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
        armed_for = until;
    }
    int room = (int)(ready.length / (2 * sizeof(int32_t)));
    int count = epoll_wait(epoll_fd, events, room < READY_MAX ? room : READY_MAX, -1);
    guard_feed();
    turn_begins();
    if (count < 0)
        return errno == EINTR ? result_of(0) : refused(errno);
    int32_t *pairs = (int32_t *)(void *)ready.at;
    int listed = 0;
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd < 0) { /* the timer: due, and told by the clock */
            armed_for = -1;
            continue;
        }
        pairs[2 * listed] = events[i].data.fd;
        pairs[2 * listed + 1] = (int32_t)events[i].events;
        listed++;
    }
    return result_of(listed);
}

/* watch(fd, events): EPOLLIN 1, EPOLLOUT 4; 0 forgets the descriptor. */
static JSValue watch(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd, events;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !integer_of(argv[1], 0, 0xffff, &events))
        return refused(EINVAL);
    struct epoll_event event = {.events = (uint32_t)events, .data.fd = (int)fd};
    if (events == 0)
        return result_of(epoll_ctl(epoll_fd, EPOLL_CTL_DEL, (int)fd, &event));
    int result = epoll_ctl(epoll_fd, EPOLL_CTL_MOD, (int)fd, &event);
    if (result < 0 && errno == ENOENT)
        result = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, (int)fd, &event);
    return result_of(result);
}

/* signals(): a descriptor that reads signalfd_siginfo for SIGHUP, SIGINT and SIGTERM. */
static JSValue signals(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    sigset_t set;
    (void)context, (void)self, (void)argc, (void)argv;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return refused(errno);
    return result_of(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/* close(fd) */
static JSValue close_fd(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    return result_of(close((int)fd));
}

const JSCFunctionListEntry loop_functions[] = {
    JS_CFUNC_DEF("now", 0, now),         JS_CFUNC_DEF("wait", 2, wait_until),
    JS_CFUNC_DEF("watch", 2, watch),     JS_CFUNC_DEF("signals", 0, signals),
    JS_CFUNC_DEF("close", 1, close_fd),
};
const int loop_function_count = COUNT(loop_functions);
