/* Bytes and text: UTF-8 both ways, SHA-256 and HMAC. */
#include <errno.h>
#include <string.h>

#include "host.h"

/* encode(text, into): UTF-8; -EFBIG when it does not fit. */
static JSValue encode(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct bytes into;
    size_t length;
    (void)self, (void)argc;
    if (!JS_IsString(argv[0]) || !bytes_of(context, argv[1], &into))
        return refused(EINVAL);
    const char *text = JS_ToCStringLen(context, &length, argv[0]);
    if (text == NULL) {
        JS_FreeValue(context, JS_GetException(context));
        return refused(ENOMEM);
    }
    bool fits = length <= into.length;
    if (fits)
        memcpy(into.at, text, length);
    JS_FreeCString(context, text);
    return fits ? result_of((long)length) : refused(EFBIG);
}

/* decode(bytes): a string; what is not UTF-8 becomes U+FFFD. */
static JSValue decode(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct bytes bytes;
    (void)self, (void)argc;
    if (!bytes_of(context, argv[0], &bytes))
        return refused(EINVAL);
    return JS_NewStringLen(context, (const char *)bytes.at, bytes.length);
}

/* sha256(bytes, into): 32 bytes. */
static JSValue digest(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct bytes bytes, into;
    (void)self, (void)argc;
    if (!bytes_of(context, argv[0], &bytes) || !bytes_of(context, argv[1], &into) ||
        into.length < 32)
        return refused(EINVAL);
    sha256(bytes.at, bytes.length, into.at);
    return result_of(32);
}

/* hmac(key, bytes, into): HMAC-SHA256, 32 bytes. */
static JSValue keyed_digest(JSContext *context, JSValueConst self, int argc, JSValueConst *argv)
{
    struct bytes key, bytes, into;
    (void)self, (void)argc;
    if (!bytes_of(context, argv[0], &key) || !bytes_of(context, argv[1], &bytes) ||
        !bytes_of(context, argv[2], &into) || into.length < 32)
        return refused(EINVAL);
    hmac_sha256(key, bytes, into.at);
    return result_of(32);
}

const JSCFunctionListEntry text_functions[] = {
    JS_CFUNC_DEF("encode", 2, encode),
    JS_CFUNC_DEF("decode", 1, decode),
    JS_CFUNC_DEF("sha256", 2, digest),
    JS_CFUNC_DEF("hmac", 3, keyed_digest),
};
const int text_function_count = COUNT(text_functions);
