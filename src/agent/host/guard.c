/*
 * The guard: messages that close this node's VIPs, left by the script for the case that it fails.
 *
 * They lie in memory that the agent shares with its supervisor, and are sent as they are, in
 * order: by the agent itself when the heap is full, when a turn never ends and when it is shot
 * down by a signal of its own fault; by the supervisor when the agent is gone or silent.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "supervisor.h"

/* Above the descriptors that the supervisor finds these at. */
#define FD_LOW 64

static struct shared *shared;
static int shared_fd = -1;
static pid_t supervisor;

static int share(void)
{
    if (shared != NULL)
        return 0;
    int fd = memfd_create("director", MFD_CLOEXEC);
    int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FD_LOW);
    if (fd >= 0)
        (void)close_keeping_errno(fd);
    if (high < 0)
        return -1;
    void *at = MAP_FAILED;
    if (ftruncate(high, sizeof *shared) == 0)
        at = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, high, 0);
    if (at == MAP_FAILED)
        return close_keeping_errno(high);
    shared = at;
    shared_fd = high;
    return 0;
}

/* guard(fd, message): one more for the case of failure; an empty message forgets all. */
JSValue guard_add(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    struct bytes message;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &message))
        return refused(EINVAL);
    if (share() < 0)
        return refused(errno);
    if (message.length == 0) {
        shared->count = shared->used = 0;
        return result_of(0);
    }
    int protocol;
    socklen_t size = sizeof protocol;
    if (shared->count >= MESSAGES_MAX || message.length > sizeof shared->bytes - shared->used)
        return refused(EMSGSIZE);
    if (getsockopt((int)fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) < 0)
        return refused(errno);
    struct message *entry = &shared->messages[shared->count];
    *entry = (struct message){(int)fd, protocol, shared->used, (uint32_t)message.length};
    memcpy(shared->bytes + shared->used, message.at, message.length);
    shared->used += entry->length;
    shared->count++;
    return result_of(0);
}

/* supervise(priority): starts the supervisor; 0: not in real time. It ends: the descriptor does. */
JSValue guard_supervise(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    static char name[] = SUPERVISOR_NAME;
    char *words[] = {name, NULL}, *none[] = {NULL};
    int64_t priority;
    int pair[2], error;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 99, &priority))
        return refused(EINVAL);
    if (supervisor > 0 && waitpid(supervisor, NULL, WNOHANG) == 0)
        return refused(EBUSY);
    supervisor = 0;
    if (share() < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return refused(errno);
    shared->priority = (int)priority;
    int theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, FD_LOW);
    (void)close_keeping_errno(pair[1]);
    if (theirs < 0)
        return descriptor_of(pair[0], false);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd <= 2; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, shared_fd, SUPERVISOR_SHARED_FD);
    posix_spawn_file_actions_adddup2(&actions, theirs, SUPERVISOR_LIFE_FD);
    spawn_attributes(&attributes);
    error = posix_spawn(&supervisor, "/proc/self/exe", &actions, &attributes, words, none);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(theirs);
    if (error == 0)
        return result_of(pair[0]);
    supervisor = 0;
    close(pair[0]);
    return refused(error);
}

/* arm(fd, limit): a loop that is silent so many microseconds has its VIPs closed; 0: never. */
JSValue guard_arm(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd, limit;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !integer_of(argv[1], 0, INT64_MAX, &limit) ||
        shared == NULL)
        return refused(EINVAL);
    guard_feed();
    atomic_store(&shared->limit_us, limit);
    return result_of(write((int)fd, "", 1));
}

/* stalled(): how long the loop had been silent when its VIPs were closed; 0: they were not. */
JSValue guard_stalled(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)context, (void)self, (void)argc, (void)argv;
    return JS_NewInt64(context, shared == NULL ? 0 : atomic_exchange(&shared->silent_us, 0));
}

bool guard_has_closed(void)
{
    return shared != NULL && atomic_load(&shared->silent_us) != 0;
}

void guard_feed(void)
{
    if (shared != NULL)
        atomic_store(&shared->fed_at, now_us());
}

int64_t guard_latest(void)
{
    int64_t limit = shared == NULL ? 0 : atomic_load(&shared->limit_us);
    return limit == 0 ? INT64_MAX : now_us() + limit * 2 / 3;
}

void guard_fire(void)
{
    for (uint32_t i = 0; shared != NULL && i < shared->count && i < MESSAGES_MAX; i++) {
        const struct message *each = &shared->messages[i];
        if (!is_whole(each))
            continue;
        const uint8_t *bytes = shared->bytes + each->at;
        (void)send(each->fd, bytes, each->length, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

static void fire_and_die(int number)
{
    guard_fire();
    signal(number, SIG_DFL);
    raise(number);
}

void guard_init(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGXCPU};
    struct sigaction action = {.sa_handler = fire_and_die, .sa_flags = (int)SA_RESETHAND};
    for (int i = 0; i < COUNT(faults); i++)
        sigaction(faults[i], &action, NULL);
}
