/* What the agent shares with its supervisor. */
#ifndef DIRECTOR_SUPERVISOR_H
#define DIRECTOR_SUPERVISOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The name that the ELF is called by when it is the supervisor, and what it finds open. */
#define SUPERVISOR_NAME "director-supervisor"
#define SUPERVISOR_SHARED_FD 3
#define SUPERVISOR_LIFE_FD 4

/*
 * For a thousand instances: one message for each, of about 100 bytes, and a few for all of them.
 * For VIPs without virtual MAC up to 44 bytes each, in messages of 64.
 */
#define MESSAGES_MAX 1024
#define MESSAGE_BYTES_MAX (1 << 20)

struct message {
    int fd; /* of the agent */
    int protocol;
    uint32_t at, length;
};

struct shared {
    _Atomic int64_t fed_at;    /* microseconds since boot */
    _Atomic int64_t limit_us;  /* 0: the loop may be silent */
    _Atomic int64_t silent_us; /* not 0: the VIPs were closed, and the loop has not seen it yet */
    int priority;
    uint32_t count, used;
    struct message messages[MESSAGES_MAX];
    uint8_t bytes[MESSAGE_BYTES_MAX];
};

/* Its bytes are all there: a fault of the agent may have written over what says where they are. */
static inline bool is_whole(const struct message *message)
{
    return message->at <= MESSAGE_BYTES_MAX &&
           message->length <= MESSAGE_BYTES_MAX - message->at;
}

#endif
