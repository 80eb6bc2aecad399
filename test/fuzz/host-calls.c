/*
 * The host's entry points under a coverage-guided fuzzer (libFuzzer's LLVMFuzzerTestOneInput).
 *
 * An input is a list of calls: the name's hash, the arguments, and between them what the kernel
 * answers. Beside the sanitizers, each call is held to what host.d.ts promises: it does not throw,
 * it gives a count or minus errno, it writes only into the array that it was given, and every
 * descriptor that it opens is its result or closed again.
 */
#include <setjmp.h>
#include <stdio.h>

/* Its memory is not seen from outside. */
#include "guard.c"

#define CALLS_MAX 24
#define ARGUMENTS_MAX 8
#define BYTES_MAX 4096
#define CANARY 0xa5
#define CANARY_BYTES 16
#define ERRNO_MAX 4095

extern jmp_buf fake_end;
/* memory-calls.c */
void memory_calls(void);

static JSContext *context;

/* The bytes around an array that a call was given. */
struct canary {
    JSValue buffer;
    size_t from, until;
};

static const struct {
    const JSCFunctionListEntry *list;
    const int *count;
} tables[] = {
    {child_functions, &child_function_count},       {datagram_functions, &datagram_function_count},
    {disk_functions, &disk_function_count},         {file_functions, &file_function_count},
    {loop_functions, &loop_function_count},         {process_functions, &process_function_count},
    {serial_functions, &serial_function_count},     {socket_functions, &socket_function_count},
    {neighbour_functions, &neighbour_function_count},
    {stream_functions, &stream_function_count},     {text_functions, &text_function_count},
};

/* FNV-1a in 16 bits: an input keeps its meaning when a function is added. */
static uint16_t hash_of(const char *name)
{
    uint32_t hash = 0x811c9dc5;
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * 0x01000193;
    return (uint16_t)(hash ^ hash >> 16);
}

static const JSCFunctionListEntry *function_of(uint16_t hash)
{
    int total = 0;
    for (int table = 0; table < COUNT(tables); table++) {
        for (int i = 0; i < *tables[table].count; i++) {
            if (hash_of(tables[table].list[i].name) == hash)
                return &tables[table].list[i];
        }
        total += *tables[table].count;
    }
    int index = hash % total, table = 0;
    while (index >= *tables[table].count)
        index -= *tables[table++].count;
    return &tables[table].list[index];
}

/* A view into the middle of a buffer, with canaries before and behind it. */
static JSValue array_of(size_t length, JSTypedArrayEnum type, struct canary *canary)
{
    static uint8_t room[BYTES_MAX + 2 * CANARY_BYTES];
    size_t width = type == JS_TYPED_ARRAY_UINT8 ? 1 : 4;
    length -= length % width;
    memset(room, CANARY, sizeof room);
    fake_fill(room + CANARY_BYTES, length);
    JSValue buffer = JS_NewArrayBufferCopy(context, room, length + 2 * CANARY_BYTES);
    JSValue words[] = {buffer, JS_NewInt32(context, CANARY_BYTES),
                       JS_NewInt32(context, (int32_t)(length / width))};
    JSValue array = JS_NewTypedArray(context, 3, words, type);
    *canary = (struct canary){buffer, CANARY_BYTES, CANARY_BYTES + length};
    return array;
}

static void check_canary(const struct canary *canary)
{
    size_t size;
    uint8_t *at = JS_GetArrayBuffer(context, &size, canary->buffer);
    if (at == NULL) /* a buffer that was taken away */
        JS_FreeValue(context, JS_GetException(context));
    for (size_t i = 0; at != NULL && i < size; i++) {
        if ((i < canary->from || i >= canary->until) && at[i] != CANARY)
            fake_fail("a call writes only into the array that it was given");
    }
    JS_FreeValue(context, canary->buffer);
}

static JSValue number_of(uint8_t kind)
{
    static const double edges[] = {
        -1,         0,          1,          255,               65535,
        65536,      1e6,        1048576,    2147483647,        2147483648,
        4294967295, 4294967296, 9007199254740991., 9007199254740992., -9007199254740992.,
        0.5,
    };
    int32_t whole;
    double any;
    if (kind == 0)
        return JS_NewInt32(context, fake_byte());
    if (kind == 1)
        return JS_NewFloat64(context, edges[fake_byte() % COUNT(edges)]);
    if (kind == 2) {
        fake_fill(&whole, sizeof whole);
        return JS_NewInt32(context, whole);
    }
    fake_fill(&any, sizeof any);
    return JS_NewFloat64(context, any);
}

static JSValue other_of(uint8_t kind)
{
    switch (kind % 6) {
    case 0:
        return JS_UNDEFINED;
    case 1:
        return JS_NULL;
    case 2:
        return JS_TRUE;
    case 3:
        return JS_NewObject(context);
    case 4:
        return JS_NewArray(context);
    default:
        return JS_NewArrayBufferCopy(context, (const uint8_t *)"", 0);
    }
}

/* One argument; the kinds are those of seeds.ts. */
static JSValue argument_of(struct canary *canary)
{
    uint8_t text[256], kind = fake_byte();
    uint16_t length;
    JSValue value;
    switch (kind % 16) {
    case 0: case 1: case 2:
        fake_fill(&length, sizeof length);
        return array_of(length % (BYTES_MAX + 1), JS_TYPED_ARRAY_UINT8, canary);
    case 3:
        return array_of(fake_byte(), JS_TYPED_ARRAY_INT32, canary);
    case 4:
        return array_of(fake_byte(), JS_TYPED_ARRAY_UINT32, canary);
    case 5:
        return JS_NewInt32(context, fake_some_fd(fake_byte()));
    case 6: case 7:
        length = fake_byte();
        fake_fill(text, length);
        return JS_NewStringLen(context, (char *)text, length);
    case 8:
        fake_fill(&length, sizeof length);
        length %= 1500;
        char *longer = malloc(length + 1u);
        memset(longer, '/', length + 1u);
        value = JS_NewStringLen(context, longer, length);
        free(longer);
        return value;
    case 9: case 10: case 11: case 12:
        return number_of(kind % 16 - 9);
    case 13:
        value = array_of(64, JS_TYPED_ARRAY_UINT8, canary);
        JS_DetachArrayBuffer(context, canary->buffer);
        return value;
    default:
        return other_of(kind >> 4);
    }
}

static void check_result(JSValue result)
{
    int64_t number;
    if (JS_IsException(result) || JS_HasException(context))
        fake_fail("a call never throws");
    if (JS_IsString(result))
        return;
    if (!integer_of(result, -ERRNO_MAX, INT64_MAX, &number))
        fake_fail("a call gives a count or minus errno");
}

/* The memory that the agent shares with its supervisor stays open for good. */
static void check_fds(JSValue result)
{
    int64_t number = -1;
    int first = -1, count = fake_new_fds(shared != NULL ? shared_fd : -1, &first);
    (void)integer_of(result, 0, INT32_MAX, &number);
    if (count > 1 || (count == 1 && first != number))
        fake_fail("a descriptor that a call opens is its result, or closed again");
}

static void call(const JSCFunctionListEntry *function)
{
    struct canary canaries[ARGUMENTS_MAX];
    int argc = function->u.func.length;
    fake_caller = function->name;
    /* As long as the table says: what is read behind it, the sanitizer sees. */
    JSValue *argv = malloc(sizeof *argv * (size_t)argc + 1);
    if (argc > ARGUMENTS_MAX)
        fake_fail("the fuzzer has room for the arguments of each call");
    for (int i = 0; i < argc; i++) {
        canaries[i].buffer = JS_UNDEFINED;
        argv[i] = argument_of(&canaries[i]);
    }
    if (setjmp(fake_end) == 0) {
        JSCFunctionType code = function->u.func.cfunc;
        JSValue result =
            function->u.func.cproto == JS_CFUNC_generic_magic
                ? code.generic_magic(context, JS_UNDEFINED, argc, argv, function->magic)
                : code.generic(context, JS_UNDEFINED, argc, argv);
        check_result(result);
        check_fds(result);
        JS_FreeValue(context, result);
    }
    for (int i = 0; i < argc; i++) {
        JS_FreeValue(context, argv[i]);
        if (!JS_IsUndefined(canaries[i].buffer))
            check_canary(&canaries[i]);
    }
    free(argv);
}

static int64_t allocations(void)
{
    JSMemoryUsage usage;
    JS_ComputeMemoryUsage(JS_GetRuntime(context), &usage);
    return usage.malloc_count;
}

static void forget_guard(void)
{
    shared = NULL;
    shared_fd = -1;
    supervisor = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (context == NULL) {
        char name[] = "directord", *words[] = {name, NULL};
        fake_begin(data, 0);
        guard_init();
        loop_init();
        context = context_new(1, words);
    }
    forget_guard();
    fake_begin(data, size);
    turn_begins();
    int64_t before = allocations();
    uint8_t kind = fake_byte();
    if (kind == 0xff)
        (void)supervise();
    if (kind == 0xfe)
        memory_calls();
    for (int i = 0; i < CALLS_MAX && kind < 0xfe && !fake_is_over(); i++) {
        uint16_t hash;
        fake_fill(&hash, sizeof hash);
        call(function_of(hash));
    }
    guard_fire();
    if (allocations() > before)
        fake_fail("a call frees what it takes of the script's heap");
    return 0;
}
