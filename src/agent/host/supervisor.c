/*
 * The supervisor: a process of its own that closes the VIPs when the agent has ended, and when the
 * agent's loop has given no sign of life for too long (stopped, stuck, starved).
 *
 * It has the messages that the agent has left, its own sockets, and nothing else to do.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host.h"
#include "supervisor.h"

#define EXIT_SYSTEM 111
/* include/uapi/linux/netlink.h */
#define NETLINK_ROUTE 0
#define NETLINK_NETFILTER 12

static int route_fd = -1, netfilter_fd = -1;

static void close_vips(const struct shared *shared)
{
    for (uint32_t i = 0; i < shared->count && i < MESSAGES_MAX; i++) {
        const struct message *each = &shared->messages[i];
        int fd = each->protocol == NETLINK_NETFILTER ? netfilter_fd : route_fd;
        if (is_whole(each))
            (void)send(fd, shared->bytes + each->at, each->length, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

/* Before the agent, above it, and never paged out; what is not permitted is done without. */
static void take_precedence(int priority)
{
    if (priority == 0)
        return;
    struct sched_param parameter = {.sched_priority = priority < 99 ? priority + 1 : 99};
    (void)syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter);
    (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

/* Closes what has to be closed by now; gives how long nothing has to be, -1 for ever. */
static int64_t look(struct shared *shared)
{
    int64_t limit = atomic_load(&shared->limit_us);
    if (limit == 0)
        return -1;
    int64_t silent = now_us() - atomic_load(&shared->fed_at);
    if (silent < limit)
        return limit - silent;
    /* The agent is kept from sending before the first message leaves. */
    atomic_store(&shared->silent_us, silent);
    atomic_store(&shared->limit_us, 0);
    close_vips(shared);
    return -1;
}

int supervise(void)
{
    struct pollfd life = {.fd = SUPERVISOR_LIFE_FD, .events = POLLIN};
    char pieces[64];
    void *at = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED,
                    SUPERVISOR_SHARED_FD, 0);
    route_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    netfilter_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (at == MAP_FAILED || route_fd < 0 || netfilter_fd < 0)
        return EXIT_SYSTEM;
    struct shared *shared = at;
    take_precedence(shared->priority);
    for (;;) {
        int64_t wait_us = look(shared);
        struct timespec length = {wait_us / 1000000, wait_us % 1000000 * 1000};
        if (ppoll(&life, 1, wait_us < 0 ? NULL : &length, NULL) <= 0)
            continue;
        long count = read(SUPERVISOR_LIFE_FD, pieces, sizeof pieces);
        if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
            continue;
        close_vips(shared);
        return 0;
    }
}
