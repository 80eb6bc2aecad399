/*
 * The guard: messages that the script left for the case that it fails.
 *
 * They close this node's VIPs. They are sent as they are, in order, from plain memory, so that
 * they leave when the heap is full, when a turn never ends and when the process is shot down by
 * a signal of its own fault. What follows SIGKILL is the work of the next start.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

/* Two for each instance; there are at most 255 on one interface. */
#define SLOTS_MAX 512
#define MESSAGE_BYTES_MAX 256

static struct {
    int fd;
    size_t length;
    uint8_t message[MESSAGE_BYTES_MAX];
} slots[SLOTS_MAX];

/* guard(slot, fd, message): an empty message clears the slot. */
JSValue guard_set(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t slot, fd;
    struct bytes message;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, SLOTS_MAX - 1, &slot) || !integer_of(argv[1], 0, 1 << 20, &fd) ||
        !bytes_of(context, argv[2], &message))
        return refused(EINVAL);
    if (message.length > MESSAGE_BYTES_MAX)
        return refused(EMSGSIZE);
    slots[slot].length = 0;
    slots[slot].fd = (int)fd;
    memcpy(slots[slot].message, message.at, message.length);
    slots[slot].length = message.length;
    return result_of(0);
}

void guard_fire(void)
{
    for (int i = 0; i < SLOTS_MAX; i++)
        if (slots[i].length > 0)
            (void)send(slots[i].fd, slots[i].message, slots[i].length, MSG_NOSIGNAL);
}

static void fire_and_die(int number)
{
    guard_fire();
    signal(number, SIG_DFL);
    raise(number);
}

void guard_init(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
    struct sigaction action = {.sa_handler = fire_and_die, .sa_flags = (int)SA_RESETHAND};
    for (int i = 0; i < COUNT(faults); i++)
        sigaction(faults[i], &action, NULL);
}
