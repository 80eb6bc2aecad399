/* Disks, for installing and updating: never while the loop runs. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

/* diskOpen(path, writable): a disk or a file; -EBUSY for a disk that something else writes to. */
static JSValue disk_open(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t writable;
    struct stat about;
    (void)self, (void)argc;
    const char *path = string_of(context, argv[0]);
    if (path == NULL || !integer_of(argv[1], 0, 1, &writable)) {
        JS_FreeCString(context, path);
        return refused(EINVAL);
    }
    bool is_disk = stat(path, &about) == 0 && S_ISBLK(about.st_mode);
    int flags = (writable != 0 ? O_RDWR : O_RDONLY) | O_CLOEXEC;
    int fd = open(path, is_disk && writable != 0 ? flags | O_EXCL : flags);
    int error = errno;
    JS_FreeCString(context, path);
    return fd < 0 ? refused(error) : result_of(fd);
}

/* diskSize(fd): bytes. */
static JSValue disk_size(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    return result_of(lseek((int)fd, 0, SEEK_END));
}

/* diskRead(fd, into, offset), diskWrite(fd, bytes, offset): a count; short only at the end. */
static JSValue disk_move(JSContext *context, JSValueConst self, int argc, JSValueConst *argv,
                         int is_write)
{
    int64_t fd, offset;
    struct bytes bytes;
    (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd) || !bytes_of(context, argv[1], &bytes) ||
        !integer_of(argv[2], 0, INT64_MAX, &offset))
        return refused(EINVAL);
    size_t total = 0;
    long count = 0;
    while (total < bytes.length) {
        count = is_write ? pwrite((int)fd, bytes.at + total, bytes.length - total, offset)
                         : pread((int)fd, bytes.at + total, bytes.length - total, offset);
        if (count <= 0)
            break;
        total += (size_t)count;
        offset += count;
    }
    return count < 0 ? refused(errno) : result_of((long)total);
}

/* diskFlush(fd): all that was written is on the medium, and nothing of it is kept in memory. */
static JSValue disk_flush(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    if (fsync((int)fd) < 0)
        return refused(errno);
    /* A file has no such buffers. */
    if (ioctl((int)fd, BLKFLSBUF, 0) < 0 && errno != ENOTTY)
        return refused(errno);
    return refused(posix_fadvise((int)fd, 0, 0, POSIX_FADV_DONTNEED));
}

/* diskReread(fd): the kernel reads the partition table anew. */
static JSValue disk_reread(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t fd;
    (void)context, (void)self, (void)argc;
    if (!integer_of(argv[0], 0, 1 << 20, &fd))
        return refused(EINVAL);
    return result_of(ioctl((int)fd, BLKRRPART, 0));
}

const JSCFunctionListEntry disk_functions[] = {
    JS_CFUNC_DEF("diskOpen", 2, disk_open),
    JS_CFUNC_DEF("diskSize", 1, disk_size),
    JS_CFUNC_MAGIC_DEF("diskRead", 3, disk_move, 0),
    JS_CFUNC_MAGIC_DEF("diskWrite", 3, disk_move, 1),
    JS_CFUNC_DEF("diskFlush", 1, disk_flush),
    JS_CFUNC_DEF("diskReread", 1, disk_reread),
};
const int disk_function_count = COUNT(disk_functions);
