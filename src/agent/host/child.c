/* Child processes: a program that is started, looked at, and ended; never waited for. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#define PATH_BYTES_MAX 1024
/* Of wait(2): an end by a signal, as a shell counts it. */
#define BY_SIGNAL 128

void spawn_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
}

/* childStart(path): a program without arguments, input or output; its process id. */
static JSValue child_start(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    static char search[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *environment[] = {search, NULL};
    char path[PATH_BYTES_MAX];
    pid_t pid;
    (void)self, (void)argc;
    const char *text = string_of(context, argv[0]);
    size_t length = text == NULL ? 0 : strlen(text);
    if (length > 0 && length < sizeof path)
        memcpy(path, text, length + 1);
    JS_FreeCString(context, text);
    if (length == 0 || length >= sizeof path)
        return refused(EINVAL);
    char *words[] = {path, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd <= 2; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    spawn_attributes(&attributes);
    int error = posix_spawn(&pid, path, &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error != 0 ? refused(error) : result_of(pid);
}

/* childWatch(pid): a descriptor that is ready to be read when the child has ended. */
static JSValue child_watch(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t pid;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 2, INT32_MAX, &pid))
        return refused(EINVAL);
    return result_of(syscall(SYS_pidfd_open, (pid_t)pid, 0));
}

/* childEnd(pid): its exit code, 128 and more: by a signal; -EAGAIN while it runs. */
static JSValue child_end(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t pid;
    int status;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 2, INT32_MAX, &pid))
        return refused(EINVAL);
    pid_t ended = waitpid((pid_t)pid, &status, WNOHANG);
    if (ended <= 0)
        return refused(ended == 0 ? EAGAIN : errno);
    return result_of(WIFEXITED(status) ? WEXITSTATUS(status) : BY_SIGNAL + WTERMSIG(status));
}

/* childKill(pid): SIGKILL for it and for all that it has started in its group. */
static JSValue child_kill(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t pid;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 2, INT32_MAX, &pid))
        return refused(EINVAL);
    return result_of(kill(-(pid_t)pid, SIGKILL));
}

const JSCFunctionListEntry child_functions[] = {
    JS_CFUNC_DEF("childStart", 1, child_start),
    JS_CFUNC_DEF("childWatch", 1, child_watch),
    JS_CFUNC_DEF("childEnd", 1, child_end),
    JS_CFUNC_DEF("childKill", 1, child_kill),
};
const int child_function_count = COUNT(child_functions);
