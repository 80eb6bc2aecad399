/* The script's context: only the base objects, JSON, Map and Set, typed arrays; and its limits. */
#include <stdlib.h>

#include "host.h"

/* A real server takes about 2 KB, so this is some ten thousands; past it the VIPs are given up. */
#define MEMORY_BYTES_MAX (128u << 20)
#define STACK_BYTES_MAX (256u << 10)
/* A turn of the loop takes milliseconds; one that takes this long never ends. */
#define TURN_US_MAX 5000000

static int64_t turn_began_at;

void turn_begins(void)
{
    turn_began_at = now_us();
}

static int is_turn_over_budget(JSRuntime *runtime, void *opaque)
{
    (void)runtime, (void)opaque;
    return now_us() - turn_began_at > TURN_US_MAX;
}

static JSValue arguments_of(JSContext *context, int argc, char **argv)
{
    JSValue list = JS_NewArray(context);
    for (int i = 0; i < argc; i++)
        JS_SetPropertyUint32(context, list, (uint32_t)i, JS_NewString(context, argv[i]));
    return list;
}

static void forget(JSContext *context, JSValueConst object, const char *name)
{
    JSAtom atom = JS_NewAtom(context, name);
    JS_DeleteProperty(context, object, atom, 0);
    JS_FreeAtom(context, atom);
}

JSContext *context_new(int argc, char **argv)
{
    JSRuntime *runtime = runtime_new();
    if (runtime == NULL)
        return NULL;
    JS_SetMemoryLimit(runtime, MEMORY_BYTES_MAX);
    JS_SetMaxStackSize(runtime, STACK_BYTES_MAX);
    JS_SetInterruptHandler(runtime, is_turn_over_budget, NULL);
    JSContext *context = JS_NewContextRaw(runtime);
    if (context == NULL)
        return NULL;
    JS_AddIntrinsicBaseObjects(context);
    JS_AddIntrinsicJSON(context);
    JS_AddIntrinsicMapSet(context);
    JS_AddIntrinsicTypedArrays(context);

    JSValue host = JS_NewObject(context);
    JS_SetPropertyFunctionList(context, host, child_functions, child_function_count);
    JS_SetPropertyFunctionList(context, host, datagram_functions, datagram_function_count);
    JS_SetPropertyFunctionList(context, host, disk_functions, disk_function_count);
    JS_SetPropertyFunctionList(context, host, file_functions, file_function_count);
    JS_SetPropertyFunctionList(context, host, loop_functions, loop_function_count);
    JS_SetPropertyFunctionList(context, host, neighbour_functions, neighbour_function_count);
    JS_SetPropertyFunctionList(context, host, process_functions, process_function_count);
    JS_SetPropertyFunctionList(context, host, serial_functions, serial_function_count);
    JS_SetPropertyFunctionList(context, host, socket_functions, socket_function_count);
    JS_SetPropertyFunctionList(context, host, stream_functions, stream_function_count);
    JS_SetPropertyFunctionList(context, host, text_functions, text_function_count);
    JS_SetPropertyStr(context, host, "args", arguments_of(context, argc, argv));

    JSValue global = JS_GetGlobalObject(context);
    JS_SetPropertyStr(context, global, "host", host);
    JSValue math = JS_GetPropertyStr(context, global, "Math");
    forget(context, math, "random"); /* what the core decides follows from its events alone */
    JS_FreeValue(context, math);
    JS_FreeValue(context, global);
    return context;
}

void context_free(JSContext *context)
{
    JSRuntime *runtime = JS_GetRuntime(context);
    JS_FreeContext(context);
    JS_FreeRuntime(runtime);
}
