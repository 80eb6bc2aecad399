/*
 * A kernel of the fuzzer's making, in place of the system calls of the host's C.
 *
 * This file is read before each of the host's (-include), so that its calls come here. What a call
 * answers is in the input; but it answers no more than a kernel may.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the harness has of it. */
void fake_begin(const uint8_t *input, size_t length);
bool fake_is_over(void);
uint8_t fake_byte(void);
void fake_fill(void *into, size_t length);
int fake_some_fd(uint8_t which);
/* How many descriptors were opened since the last time and are open still, but for one. */
int fake_new_fds(int kept, int *first);
void fake_fail(const char *rule);
/* Whose call the kernel answers, for the word about a broken rule. */
extern const char *fake_caller;

int fake_open(const char *path, int flags, ...);
int fake_close(int fd);
long fake_read(int fd, void *into, size_t length);
long fake_write(int fd, const void *bytes, size_t length);
long fake_pread(int fd, void *into, size_t length, off_t at);
long fake_pwrite(int fd, const void *bytes, size_t length, off_t at);
int fake_ioctl(int fd, unsigned long request, ...);
int fake_fcntl(int fd, int command, ...);
int fake_socket(int family, int type, int protocol);
int fake_socketpair(int family, int type, int protocol, int pair[2]);
int fake_accept4(int fd, void *address, socklen_t *length, int flags);
int fake_setsockopt(int fd, int level, int option, const void *value, socklen_t length);
int fake_getsockopt(int fd, int level, int option, void *value, socklen_t *length);
int fake_address(int fd, const void *address, socklen_t length);
long fake_recv(int fd, void *into, size_t length, int flags);
long fake_recvmsg(int fd, struct msghdr *message, int flags);
long fake_sendto(int fd, const void *bytes, size_t length, int flags, const void *to,
                 socklen_t to_length);
int fake_epoll_wait(int fd, struct epoll_event *events, int room, int timeout);
int fake_descriptor(bool is_closed_on_exec, bool is_free_of_waits);
int fake_answer(int fd);
int fake_path(const char *path);
long fake_readlink(const char *path, char *into, size_t length);
DIR *fake_opendir(const char *path);
struct dirent *fake_readdir(DIR *directory);
int fake_closedir(DIR *directory);
int fake_stat(const char *path, struct stat *about);
int fake_clock(clockid_t clock, struct timespec *now);
int fake_spawn(pid_t *pid, const char *path, char *const *words, char *const *environment);
pid_t fake_waitpid(pid_t pid, int *status, int options);
long fake_syscall(long number, ...);
int fake_uname(struct utsname *name);
long fake_getrandom(void *into, size_t length);
void *fake_mmap(size_t length);
int fake_ppoll(struct pollfd *polled);
_Noreturn void fake_exit(int code);

#ifndef FAKE_KERNEL_ITSELF
#define open(...) fake_open(__VA_ARGS__)
#define close(fd) fake_close(fd)
#define read(fd, into, length) fake_read(fd, into, length)
#define write(fd, bytes, length) fake_write(fd, bytes, length)
#define pread(fd, into, length, at) fake_pread(fd, into, length, at)
#define pwrite(fd, bytes, length, at) fake_pwrite(fd, bytes, length, at)
#define ioctl(...) fake_ioctl(__VA_ARGS__)
#define fcntl(...) fake_fcntl(__VA_ARGS__)
#define socket(family, type, protocol) fake_socket(family, type, protocol)
#define socketpair(family, type, protocol, pair) fake_socketpair(family, type, protocol, pair)
#define accept4(fd, address, length, flags) fake_accept4(fd, address, length, flags)
#define setsockopt(fd, level, option, value, size) fake_setsockopt(fd, level, option, value, size)
#define getsockopt(fd, level, option, value, size) fake_getsockopt(fd, level, option, value, size)
#define bind(fd, address, length) fake_address(fd, address, length)
#define connect(fd, address, length) fake_address(fd, address, length)
#define listen(fd, backlog) fake_answer(fd)
#define recv(fd, into, length, flags) fake_recv(fd, into, length, flags)
#define recvmsg(fd, message, flags) fake_recvmsg(fd, message, flags)
#define send(fd, bytes, length, flags) fake_sendto(fd, bytes, length, flags, NULL, 0)
#define sendto(fd, bytes, length, flags, to, size) fake_sendto(fd, bytes, length, flags, to, size)
#define epoll_create1(flags) fake_descriptor((flags) & EPOLL_CLOEXEC, true)
#define timerfd_create(clock, flags) fake_descriptor((flags) & TFD_CLOEXEC, (flags) & TFD_NONBLOCK)
#define signalfd(fd, set, flags) fake_descriptor((flags) & SFD_CLOEXEC, (flags) & SFD_NONBLOCK)
#define memfd_create(name, flags) fake_descriptor((flags) & MFD_CLOEXEC, true)
#define epoll_ctl(epoll, action, fd, event) fake_answer(fd)
#define epoll_wait(fd, events, room, timeout) fake_epoll_wait(fd, events, room, timeout)
#define timerfd_settime(fd, flags, value, before) ((void)(value), fake_answer(fd))
#define sigprocmask(how, set, before) ((void)(set), fake_answer(0))
#define sigaction(number, action, before) ((void)(action), fake_answer(0))
#define signal(number, action) ((void)(number), (void)fake_answer(0))
#define raise(number) ((void)(number))
#define umask(mask) (mask)
#define readlink(path, into, length) fake_readlink(path, into, length)
#define opendir(path) fake_opendir(path)
#define readdir(directory) fake_readdir(directory)
#define closedir(directory) fake_closedir(directory)
#define mkdir(path, mode) ((void)(mode), fake_path(path))
#define unlink(path) fake_path(path)
#define stat(path, about) fake_stat(path, about)
#define clock_gettime(clock, now) fake_clock(clock, now)
#define posix_spawn(pid, path, actions, attributes, words, environment)                           \
    ((void)(actions), (void)(attributes), fake_spawn(pid, path, words, environment))
#define waitpid(pid, status, options) fake_waitpid(pid, status, options)
#define kill(pid, number) ((void)(pid), fake_answer(0))
#define syscall(...) fake_syscall(__VA_ARGS__)
#define mlockall(flags) fake_answer(0)
#define setrlimit(kind, limit) ((void)(limit), fake_answer(0))
#define uname(name) fake_uname(name)
#define getrandom(into, length, flags) fake_getrandom(into, length)
#define ftruncate(fd, length) fake_answer(fd)
#define mmap(at, length, protection, flags, fd, offset) fake_mmap(length)
#define lseek(fd, offset, from) ((off_t)fake_answer(fd))
#define fsync(fd) fake_answer(fd)
#define posix_fadvise(fd, from, length, advice) (fake_answer(fd) < 0 ? errno : 0)
#define ppoll(polled, count, length, mask) ((void)(length), fake_ppoll(polled))
#define _exit(code) fake_exit(code)
#endif

#endif
