/* Small files: the configuration, sysctls, links in /sys. Before the loop, or in /proc. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

static bool path_of(JSContext *context, JSValueConst value, char path[static 1024])
{
    const char *text = string_of(context, value);
    if (text == NULL)
        return false;
    size_t length = strlen(text);
    if (length < 1024)
        memcpy(path, text, length + 1);
    JS_FreeCString(context, text);
    return length < 1024;
}

/* readFile(path, into): the whole file; -EFBIG when it is larger. */
static JSValue read_file(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    char path[1024];
    struct bytes into;
    (void)self, (void)argc;
    if (!path_of(context, argv[0], path) || !bytes_of(context, argv[1], &into))
        return refused(EINVAL);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return refused(errno);
    size_t total = 0;
    long count = 0;
    while (total < into.length &&
           (count = read(fd, into.at + total, into.length - total)) > 0)
        total += (size_t)count;
    int error = count < 0 ? errno : total == into.length ? EFBIG : 0;
    close(fd);
    return error != 0 ? refused(error) : result_of((long)total);
}

/* writeFile(path, bytes, mode): replaces its content in one write; mode -1: it must exist. */
static JSValue write_file(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    char path[1024];
    struct bytes bytes;
    int64_t mode;
    (void)self, (void)argc;
    if (!path_of(context, argv[0], path) || !bytes_of(context, argv[1], &bytes) ||
        !integer_of(argv[2], -1, 0777, &mode))
        return refused(EINVAL);
    int flags = O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
    int fd = mode < 0 ? open(path, flags) : open(path, flags | O_CREAT, (mode_t)mode);
    if (fd < 0)
        return refused(errno);
    long count = write(fd, bytes.at, bytes.length);
    int error = count < 0 ? errno : (size_t)count < bytes.length ? ENOSPC : 0;
    if (close(fd) < 0 && error == 0)
        error = errno;
    return error != 0 ? refused(error) : result_of(count);
}

/* readLink(path, into) */
static JSValue read_link(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    char path[1024];
    struct bytes into;
    (void)self, (void)argc;
    if (!path_of(context, argv[0], path) || !bytes_of(context, argv[1], &into))
        return refused(EINVAL);
    return result_of(readlink(path, (char *)into.at, into.length));
}

/* listDirectory(path, into): the names, each ended by a NUL; -EFBIG when they do not fit. */
static JSValue list_directory(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    char path[1024];
    struct bytes into;
    (void)self, (void)argc;
    if (!path_of(context, argv[0], path) || !bytes_of(context, argv[1], &into))
        return refused(EINVAL);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return refused(errno);
    size_t total = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name) + 1;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (length > into.length - total) {
            closedir(directory);
            return refused(EFBIG);
        }
        memcpy(into.at + total, entry->d_name, length);
        total += length;
    }
    closedir(directory);
    return result_of((long)total);
}

/* makeDirectory(path, mode) */
static JSValue make_directory(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    char path[1024];
    int64_t mode;
    (void)self, (void)argc;
    if (!path_of(context, argv[0], path) || !integer_of(argv[1], 0, 0777, &mode))
        return refused(EINVAL);
    return result_of(mkdir(path, (mode_t)mode));
}

/* remove(path): a file or a socket. */
static JSValue remove_file(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    char path[1024];
    (void)self, (void)argc;
    return path_of(context, argv[0], path) ? result_of(unlink(path)) : refused(EINVAL);
}

const JSCFunctionListEntry file_functions[] = {
    JS_CFUNC_DEF("readFile", 2, read_file),
    JS_CFUNC_DEF("writeFile", 3, write_file),
    JS_CFUNC_DEF("readLink", 2, read_link),
    JS_CFUNC_DEF("listDirectory", 2, list_directory),
    JS_CFUNC_DEF("makeDirectory", 2, make_directory),
    JS_CFUNC_DEF("remove", 1, remove_file),
};
const int file_function_count = COUNT(file_functions);
