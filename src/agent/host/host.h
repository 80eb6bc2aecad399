/* What the files of the host share. One subject a file; each gives one table of functions. */
#ifndef DIRECTOR_HOST_H
#define DIRECTOR_HOST_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* include/uapi/asm-generic/mman.h, Linux 4.4 */
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

typedef JSValue HostFunction(JSContext *context, JSValueConst self, int argc, JSValueConst *argv);

struct bytes {
    uint8_t *at;
    size_t length;
};

/* Arguments and results (values.c). Each `*_of` is false when the argument is of another kind. */
bool bytes_of(JSContext *context, JSValueConst value, struct bytes *bytes);
bool integer_of(JSValueConst value, int64_t low, int64_t high, int64_t *integer);
const char *string_of(JSContext *context, JSValueConst value);
JSValue result_of(long value);
JSValue refused(int error);
/* A new descriptor, -1 included; one that is not ready is closed, and errno says what was wrong. */
JSValue descriptor_of(int fd, bool is_ready);
/* -1 */
int close_keeping_errno(int fd);

/* One table a file (context.c puts them on the object `host`). */
extern const JSCFunctionListEntry child_functions[], datagram_functions[], disk_functions[],
    file_functions[], loop_functions[], neighbour_functions[], process_functions[],
    serial_functions[], socket_functions[], stream_functions[], text_functions[];
extern const int child_function_count, datagram_function_count, disk_function_count,
    file_function_count, loop_function_count, neighbour_function_count, process_function_count,
    serial_function_count, socket_function_count, stream_function_count, text_function_count;

/* The engine, with memory of its own (memory.c). */
JSRuntime *runtime_new(void);
/* The script's context, with its limits (context.c). */
JSContext *context_new(int argc, char **argv);
void context_free(JSContext *context);
/* The budget of a turn begins anew; `wait` calls it. */
void turn_begins(void);

/* Microseconds since boot, time asleep included (loop.c). */
int64_t now_us(void);
void loop_init(void);

/* The messages that close what this node has open, and who sends them (guard.c). */
HostFunction guard_add, guard_supervise, guard_arm, guard_stalled;
void guard_init(void);
void guard_fire(void);
/* The loop lives; when it has to say so again at the latest; whether it may not send any more. */
void guard_feed(void);
int64_t guard_latest(void);
bool guard_has_closed(void);
/* The program of the other process (supervisor.c). */
int supervise(void);

/* A child: a group of its own, no signal blocked or ignored (child.c). */
void spawn_attributes(posix_spawnattr_t *attributes);

void sha256(const uint8_t *data, size_t length, uint8_t digest[32]);
/* RFC 2104. */
void hmac_sha256(struct bytes key, struct bytes message, uint8_t digest[32]);

/* Sockets at their birth (new-socket.c): nothing inherits them, nothing waits in them. */
#define SOCKET_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)
#define PRIORITY_CONTROL 7 /* TC_PRIO_CONTROL, include/uapi/linux/pkt_sched.h */
/* For the packets of one device, before all others in its queue; -1 with errno. */
int device_socket(JSContext *context, JSValueConst name, int family, int type, int protocol);
/* Sets an option of a number. */
bool is_set(int fd, int level, int option, int value);

/* An address of 4 or 16 bytes as the kernel takes it; 0: of another length (new-socket.c). */
struct sockaddr_storage;
unsigned ip_address(struct bytes address, uint16_t port, uint32_t ifindex,
                    struct sockaddr_storage *into);

#endif
