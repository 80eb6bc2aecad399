/* The process: how it is scheduled, what it keeps in memory, its end. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"

/* Much longer than any turn: a process that takes a CPU so long without a pause is stuck. */
#define RTTIME_US_MAX 10000000
/* include/uapi/linux/watchdog.h */
#define WDIOC_SETTIMEOUT _IOWR('W', 6, int)
/* include/uapi/linux/sched.h: children are scheduled as any other program. */
#define SCHED_RESET_ON_FORK 0x40000000

/* realtime(priority): SCHED_RR, 1 to 99. musl's own function says ENOSYS, hence the call. */
static JSValue realtime(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t priority;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 1, 99, &priority))
        return refused(EINVAL);
    struct sched_param parameter = {.sched_priority = (int)priority};
    struct rlimit limit = {RTTIME_US_MAX, RTTIME_US_MAX + 1000000};
    if (setrlimit(RLIMIT_RTTIME, &limit) < 0)
        return refused(errno);
    return result_of(
        syscall(SYS_sched_setscheduler, 0, SCHED_RR | SCHED_RESET_ON_FORK, &parameter));
}

/* lockMemory(): nothing that the agent has touched is ever paged out. */
static JSValue lock_memory(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)context, (void)self, (void)argc, (void)argv;
    return result_of(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
}

/* watchdog(path, timeout): opens it and sets its timeout in seconds. */
static JSValue watchdog(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t timeout;
    (void)self, (void)argc;
    const char *path = string_of(context, argv[0]);
    if (path == NULL || !integer_of(argv[1], 1, 65535, &timeout)) {
        JS_FreeCString(context, path);
        return refused(EINVAL);
    }
    int seconds = (int)timeout;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    int error = errno;
    JS_FreeCString(context, path);
    if (fd < 0)
        return refused(error);
    if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) == 0)
        return result_of(fd);
    error = errno;
    /* The magic close; a driver that does not take it goes on, whether we keep it open or not. */
    (void)!write(fd, "V", 1);
    close(fd);
    return refused(error);
}

/* kernelRelease(into): as `uname -r`. */
static JSValue kernel_release(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct utsname name;
    struct bytes into;
    (void)self, (void)argc;
    if (!bytes_of(context, argv[0], &into))
        return refused(EINVAL);
    if (uname(&name) < 0)
        return refused(errno);
    size_t length = strlen(name.release);
    if (length > into.length)
        return refused(EFBIG);
    memcpy(into.at, name.release, length);
    return result_of((long)length);
}

/*
 * random(into): once, at the start. It waits until the kernel's generator is ready: without a seed
 * from hardware or firmware the kernel begins to gather one (a second's work) only when it is
 * waited for (drivers/char/random.c, try_to_generate_entropy).
 */
static JSValue random_bytes(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct bytes into;
    (void)self, (void)argc;
    if (!bytes_of(context, argv[0], &into))
        return refused(EINVAL);
    return result_of(getrandom(into.at, into.length, 0));
}

/* consoleOut(): standard error under an open file of our own, so that only we do not block. */
static JSValue console_out(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)context, (void)self, (void)argc, (void)argv;
    int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    return result_of(open("/proc/self/fd/2", flags));
}

/* exit(code) */
static JSValue exit_now(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t code;
    (void)context, (void)self, (void)argc;
    _exit(integer_of(argv[0], 0, 255, &code) ? (int)code : 70);
}

const JSCFunctionListEntry process_functions[] = {
    JS_CFUNC_DEF("realtime", 1, realtime),          JS_CFUNC_DEF("lockMemory", 0, lock_memory),
    JS_CFUNC_DEF("watchdog", 2, watchdog),
    JS_CFUNC_DEF("kernelRelease", 1, kernel_release), JS_CFUNC_DEF("random", 1, random_bytes),
    JS_CFUNC_DEF("consoleOut", 0, console_out),     JS_CFUNC_DEF("exit", 1, exit_now),
};
const int process_function_count = COUNT(process_functions);
