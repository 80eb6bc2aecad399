/*
 * Build tool: compiles one script on standard input to QuickJS bytecode on standard output.
 *
 * It has no compiler for regular expressions, as the agent has no engine for them: a script that
 * holds one is refused here and not in the field.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quickjs.h"

#define SCRIPT_BYTES_MAX (8u << 20)

static int failed(JSContext *context)
{
    JSValue exception = JS_GetException(context);
    const char *message = JS_ToCString(context, exception);
    fprintf(stderr, "%s\n", message != NULL ? message : "no message");
    JS_FreeCString(context, message);
    JSValue stack = JS_GetPropertyStr(context, exception, "stack");
    const char *lines = JS_ToCString(context, stack);
    fprintf(stderr, "%s", lines != NULL ? lines : "");
    return 1;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "agent.js";
    char *script = malloc(SCRIPT_BYTES_MAX + 1);
    size_t length = fread(script, 1, SCRIPT_BYTES_MAX, stdin);
    script[length] = 0;
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = JS_NewContextRaw(runtime);
    JS_AddIntrinsicBaseObjects(context);
    JS_AddIntrinsicEval(context);
    /* The source is not needed to run; the line table names places in a fault's stack. */
    JS_SetStripInfo(runtime, JS_STRIP_SOURCE);
    int flags = JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY | JS_EVAL_FLAG_STRICT;
    JSValue program = JS_Eval(context, script, length, name, flags);
    if (JS_IsException(program))
        return failed(context);
    size_t size;
    uint8_t *bytecode = JS_WriteObject(context, &size, program, JS_WRITE_OBJ_BYTECODE);
    if (bytecode == NULL || fwrite(bytecode, 1, size, stdout) != size || fflush(stdout) != 0)
        return failed(context);
    return 0;
}
