/* The answers of the kernel of fake-kernel.h, drawn from the input. */
#define FAKE_KERNEL_ITSELF
#include "fake-kernel.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "supervisor.h"

/* Descriptors are from FD_LOWEST on, so that none of the fuzzer's own is touched. */
#define FD_LOWEST 64
#define FD_COUNT 24
#define NAME_BYTES 256

const char *fake_caller = "the fuzzer";
static const uint8_t *input;
static size_t left;
static bool is_open[FD_COUNT], is_new[FD_COUNT];
static int64_t clock_us;
static int directories;
static struct shared *mapped;

/* One of include/uapi/asm-generic/errno{-base,}.h for each of these calls. */
static const int errors[] = {EPERM,  ENOENT, EINTR,  EIO,    EBADF,      EAGAIN,  ENOMEM,   EACCES,
                             ENODEV, EINVAL, EMFILE, ENOTTY, EADDRINUSE, ENOBUFS, ENETDOWN, EFBIG};

void fake_begin(const uint8_t *bytes, size_t length)
{
    input = bytes;
    left = length;
    memset(is_open, 0, sizeof is_open);
    memset(is_new, 0, sizeof is_new);
    clock_us = 1000000;
    directories = 0;
    free(mapped);
    mapped = NULL;
}

void fake_fail(const char *rule)
{
    fprintf(stderr, "%s: host rule broken: %s\n", fake_caller, rule);
    abort();
}

bool fake_is_over(void)
{
    return left == 0;
}

uint8_t fake_byte(void)
{
    if (left == 0)
        return 0;
    left--;
    return *input++;
}

/* What the input has not is zeros: an answer costs no more input than it needs. */
void fake_fill(void *into, size_t length)
{
    size_t count = length < left ? length : left;
    memcpy(into, input, count);
    memset((uint8_t *)into + count, 0, length - count);
    input += count;
    left -= count;
}

static size_t up_to(size_t most)
{
    uint16_t size;
    fake_fill(&size, sizeof size);
    return most < 0xffff ? size % (most + 1) : size;
}

/* Most calls succeed; three of four bytes say so. */
static bool is_refused(void)
{
    uint8_t answer = fake_byte();
    if (answer < 0xc0)
        return false;
    errno = errors[answer % (sizeof errors / sizeof errors[0])];
    return true;
}

/* The memory is the caller's to read: the sanitizer says when it is not. */
static void look_at(const void *bytes, size_t length)
{
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
}

static int opened(void)
{
    for (int i = 0; i < FD_COUNT; i++) {
        if (is_open[i])
            continue;
        is_open[i] = is_new[i] = true;
        return FD_LOWEST + i;
    }
    errno = EMFILE;
    return -1;
}

static bool is_known(int fd)
{
    return fd >= FD_LOWEST && fd < FD_LOWEST + FD_COUNT && is_open[fd - FD_LOWEST];
}

int fake_some_fd(uint8_t which)
{
    return FD_LOWEST + which % FD_COUNT;
}

int fake_new_fds(int kept, int *first)
{
    int count = 0;
    for (int i = 0; i < FD_COUNT; i++) {
        if (is_open[i] && is_new[i] && FD_LOWEST + i != kept && count++ == 0)
            *first = FD_LOWEST + i;
        is_new[i] = false;
    }
    return count;
}

int fake_answer(int fd)
{
    if (fd >= FD_LOWEST && !is_known(fd)) {
        errno = EBADF;
        return -1;
    }
    return is_refused() ? -1 : 0;
}

int fake_descriptor(bool is_closed_on_exec, bool is_free_of_waits)
{
    if (!is_closed_on_exec)
        fake_fail("a descriptor is closed on exec from its birth");
    if (!is_free_of_waits)
        fake_fail("a descriptor does not block from its birth");
    return is_refused() ? -1 : opened();
}

int fake_path(const char *path)
{
    look_at(path, strlen(path) + 1);
    return is_refused() ? -1 : 0;
}

int fake_open(const char *path, int flags, ...)
{
    if ((flags & O_CLOEXEC) == 0)
        fake_fail("a file is closed on exec from its birth");
    return fake_path(path) < 0 ? -1 : opened();
}

/* As of Linux the descriptor is gone whatever is said. */
int fake_close(int fd)
{
    if (!is_known(fd)) {
        errno = EBADF;
        return -1;
    }
    is_open[fd - FD_LOWEST] = is_new[fd - FD_LOWEST] = false;
    return is_refused() ? -1 : 0;
}

long fake_read(int fd, void *into, size_t length)
{
    if (fake_answer(fd) < 0)
        return -1;
    size_t count = up_to(length);
    fake_fill(into, count);
    return (long)count;
}

long fake_write(int fd, const void *bytes, size_t length)
{
    look_at(bytes, length);
    return fake_answer(fd) < 0 ? -1 : (long)(length - up_to(length));
}

long fake_pread(int fd, void *into, size_t length, off_t at)
{
    if (at < 0)
        fake_fail("an offset is not negative");
    return fake_read(fd, into, length);
}

long fake_pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    if (at < 0)
        fake_fail("an offset is not negative");
    return fake_write(fd, bytes, length);
}

/* The size of what the request fills or reads is in its number, but for the old ones. */
int fake_ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (fake_answer(fd) < 0)
        return -1;
    if (request == TIOCOUTQ)
        fake_fill(argument, sizeof(int));
    else if (request == 0x545d) /* TIOCGICOUNT: struct serial_icounter_struct */
        fake_fill(argument, 20 * sizeof(int));
    else if ((request >> 30 & 2) != 0 && (request >> 30 & 1) == 0) /* _IOR */
        fake_fill(argument, request >> 16 & 0x3fff);
    else if ((request >> 30 & 1) != 0) /* _IOW */
        look_at(argument, request >> 16 & 0x3fff);
    return 0;
}

int fake_fcntl(int fd, int command, ...)
{
    if (command != F_DUPFD_CLOEXEC)
        fake_fail("a copy of a descriptor is closed on exec from its birth");
    return fake_answer(fd) < 0 ? -1 : opened();
}

int fake_socket(int family, int type, int protocol)
{
    (void)family, (void)protocol;
    /* The supervisor's own sockets send with MSG_DONTWAIT alone. */
    return fake_descriptor((type & SOCK_CLOEXEC) != 0, true);
}

int fake_socketpair(int family, int type, int protocol, int pair[2])
{
    (void)family, (void)protocol;
    pair[0] = fake_descriptor((type & SOCK_CLOEXEC) != 0, (type & SOCK_NONBLOCK) != 0);
    if (pair[0] < 0)
        return -1;
    pair[1] = opened();
    if (pair[1] >= 0)
        return 0;
    int error = errno;
    (void)fake_close(pair[0]);
    errno = error;
    return -1;
}

int fake_accept4(int fd, void *address, socklen_t *length, int flags)
{
    (void)address, (void)length;
    if (fake_answer(fd) < 0)
        return -1;
    return fake_descriptor((flags & SOCK_CLOEXEC) != 0, (flags & SOCK_NONBLOCK) != 0);
}

int fake_setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    (void)level, (void)option;
    look_at(value, length);
    return fake_answer(fd);
}

int fake_getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    (void)level;
    if (fake_answer(fd) < 0)
        return -1;
    fake_fill(value, *length);
    if (option == SO_ERROR && *length == sizeof(int)) /* an errno, never less than none */
        *(int *)value = (int)((unsigned)*(int *)value % 134);
    return 0;
}

int fake_address(int fd, const void *address, socklen_t length)
{
    look_at(address, length);
    if (fake_answer(fd) == 0)
        return 0;
    if (errno == EAGAIN)
        errno = EINPROGRESS;
    return -1;
}

long fake_recv(int fd, void *into, size_t length, int flags)
{
    if (fake_answer(fd) < 0)
        return -1;
    size_t count = up_to(0xffff);
    fake_fill(into, count < length ? count : length);
    return (long)((flags & MSG_TRUNC) != 0 || count < length ? count : length);
}

/* Control messages as net/core/scm.c puts them: whole ones, as many as there is room for. */
static void fill_control(struct msghdr *message)
{
    static const struct {
        int level, type;
        size_t length;
    } kinds[] = {{IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(int)},
                 {IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo)},
                 {SOL_SOCKET, SO_TIMESTAMP, 16},
                 {IPPROTO_IPV6, IPV6_TCLASS, sizeof(int)}};
    size_t used = 0, room = message->msg_controllen;
    for (uint8_t more = fake_byte() % 4; more > 0; more--) {
        uint8_t kind = fake_byte() % 4;
        size_t length = kinds[kind].length;
        if (used + CMSG_LEN(length) > room) {
            message->msg_flags |= MSG_CTRUNC;
            break;
        }
        struct cmsghdr *at = (struct cmsghdr *)((uint8_t *)message->msg_control + used);
        *at = (struct cmsghdr){CMSG_LEN(length), kinds[kind].level, kinds[kind].type};
        fake_fill(CMSG_DATA(at), length);
        used += CMSG_SPACE(length) < room - used ? CMSG_SPACE(length) : room - used;
    }
    message->msg_controllen = used;
}

long fake_recvmsg(int fd, struct msghdr *message, int flags)
{
    if (fake_answer(fd) < 0)
        return -1;
    message->msg_flags = 0;
    fake_fill(message->msg_name, message->msg_namelen);
    fill_control(message);
    size_t count = up_to(0xffff), room = message->msg_iov[0].iov_len;
    if (count > room)
        message->msg_flags |= MSG_TRUNC;
    fake_fill(message->msg_iov[0].iov_base, count < room ? count : room);
    return (long)((flags & MSG_TRUNC) != 0 || count < room ? count : room);
}

long fake_sendto(int fd, const void *bytes, size_t length, int flags, const void *to,
                 socklen_t to_length)
{
    if ((flags & MSG_DONTWAIT) == 0)
        fake_fail("what is sent does not wait");
    look_at(bytes, length);
    look_at(to, to_length);
    return fake_answer(fd) < 0 ? -1 : (long)length;
}

int fake_epoll_wait(int fd, struct epoll_event *events, int room, int timeout)
{
    (void)fd, (void)timeout;
    clock_us += fake_byte() * 1000;
    if (room < 1)
        fake_fail("there is room for what is ready");
    if (is_refused())
        return -1;
    int count = fake_byte() % (room + 1);
    for (int i = 0; i < count; i++) {
        events[i].events = fake_byte();
        events[i].data.fd = (int8_t)fake_byte() < 0 ? -1 : fake_some_fd(fake_byte());
    }
    return count;
}

long fake_readlink(const char *path, char *into, size_t length)
{
    if (fake_path(path) < 0)
        return -1;
    if (length == 0) {
        errno = EINVAL;
        return -1;
    }
    return fake_read(0, into, length);
}

DIR *fake_opendir(const char *path)
{
    if (fake_path(path) < 0)
        return NULL;
    directories++;
    return (DIR *)&directories;
}

struct dirent *fake_readdir(DIR *directory)
{
    static struct dirent entry;
    (void)directory;
    if (directories != 1)
        fake_fail("a folder is open while it is read");
    size_t length = up_to(NAME_BYTES - 1);
    if (length == 0)
        return NULL;
    memset(entry.d_name, 'n', length);
    entry.d_name[length] = '\0';
    fake_fill(entry.d_name, length < 3 ? length : 3);
    return &entry;
}

int fake_closedir(DIR *directory)
{
    (void)directory;
    if (--directories != 0)
        fake_fail("a folder is closed once");
    return 0;
}

int fake_stat(const char *path, struct stat *about)
{
    *about = (struct stat){.st_mode = (fake_byte() & 1) != 0 ? S_IFBLK : S_IFREG};
    return fake_path(path);
}

int fake_clock(clockid_t clock, struct timespec *now)
{
    (void)clock;
    clock_us++;
    *now = (struct timespec){clock_us / 1000000, clock_us % 1000000 * 1000};
    return 0;
}

/* Of posix_spawn(3): its errors are its result. */
int fake_spawn(pid_t *pid, const char *path, char *const *words, char *const *environment)
{
    if (words[0] == NULL || environment == NULL)
        fake_fail("a program has a name and an environment");
    if (fake_path(path) < 0)
        return errno;
    *pid = 2 + fake_byte();
    return 0;
}

pid_t fake_waitpid(pid_t pid, int *status, int options)
{
    if ((options & WNOHANG) == 0)
        fake_fail("nobody waits for a child");
    if (is_refused())
        return -1;
    if ((fake_byte() & 1) != 0)
        return 0;
    uint16_t end;
    fake_fill(&end, sizeof end);
    if (status != NULL)
        *status = (end & 1) != 0 ? (end >> 1 & 0xff) << 8 : 1 + (end >> 1) % 64;
    return pid;
}

long fake_syscall(long number, ...)
{
    if (number == SYS_pidfd_open)
        return fake_descriptor(true, true);
    return is_refused() ? -1 : 0;
}

int fake_uname(struct utsname *name)
{
    memset(name, 0, sizeof *name);
    memset(name->release, 'r', up_to(sizeof name->release - 1));
    return is_refused() ? -1 : 0;
}

long fake_getrandom(void *into, size_t length)
{
    return fake_read(0, into, length);
}

/* What is shared is as the other side has left it. */
void *fake_mmap(size_t length)
{
    if (length != sizeof *mapped)
        fake_fail("what is mapped is what is shared");
    if (is_refused())
        return MAP_FAILED;
    if (mapped == NULL)
        mapped = calloc(1, length);
    return mapped;
}

int fake_ppoll(struct pollfd *polled)
{
    clock_us += fake_byte() * 100000;
    if (mapped != NULL && (fake_byte() & 1) != 0) {
        fake_fill(mapped, offsetof(struct shared, messages) + 3 * sizeof mapped->messages[0]);
    }
    if (is_refused())
        return -1;
    polled->revents = POLLIN;
    return 1;
}

jmp_buf fake_end;
_Noreturn void fake_exit(int code)
{
    if (code < 0 || code > 255)
        fake_fail("an exit code is a byte");
    longjmp(fake_end, 1);
}
