/* Arguments from the script and results to it. Nothing here throws into the script. */
#include <errno.h>
#include <unistd.h>

#include "host.h"

bool bytes_of(JSContext *context, JSValueConst value, struct bytes *bytes)
{
    size_t offset, length, size;
    JSValue buffer = JS_GetTypedArrayBuffer(context, value, &offset, &length, NULL);
    if (JS_IsException(buffer)) {
        JS_FreeValue(context, JS_GetException(context));
        return false;
    }
    uint8_t *start = JS_GetArrayBuffer(context, &size, buffer);
    JS_FreeValue(context, buffer);
    if (start == NULL || offset > size || length > size - offset) {
        JS_FreeValue(context, JS_GetException(context));
        return false;
    }
    /* The typed array keeps the buffer alive for as long as the call lasts. */
    bytes->at = start + offset;
    bytes->length = length;
    return true;
}

bool integer_of(JSValueConst value, int64_t low, int64_t high, int64_t *integer)
{
    int tag = JS_VALUE_GET_NORM_TAG(value);
    if (tag == JS_TAG_INT) {
        *integer = JS_VALUE_GET_INT(value);
    } else if (tag == JS_TAG_FLOAT64) {
        double number = JS_VALUE_GET_FLOAT64(value);
        /* 2^53: every integer below it is exact. */
        if (!(number >= -9007199254740992.0 && number <= 9007199254740992.0))
            return false;
        *integer = (int64_t)number;
        if ((double)*integer != number)
            return false;
    } else {
        return false;
    }
    return *integer >= low && *integer <= high;
}

const char *string_of(JSContext *context, JSValueConst value)
{
    if (!JS_IsString(value))
        return NULL;
    const char *text = JS_ToCString(context, value);
    if (text == NULL)
        JS_FreeValue(context, JS_GetException(context));
    return text;
}

JSValue refused(int error)
{
    return JS_NewInt32(NULL, -error);
}

/* The result of a system call: its count, or minus errno. */
JSValue result_of(long value)
{
    return value < 0 ? refused(errno) : JS_NewInt64(NULL, value);
}

int close_keeping_errno(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

JSValue descriptor_of(int fd, bool is_ready)
{
    return result_of(fd < 0 || is_ready ? fd : close_keeping_errno(fd));
}
