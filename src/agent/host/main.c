/* Runs the agent's bytecode. A failure of the script closes what it had open, then ends it. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "supervisor.h"

/* EX_SOFTWARE of sysexits.h: our own bug. */
#define EXIT_BUG 70

extern const uint8_t agent_bytecode[], agent_bytecode_end[];

static void say(const char *text)
{
    if (text != NULL && write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody is left to tell */
}

static void say_exception(JSContext *context)
{
    JSValue exception = JS_GetException(context);
    const char *message = JS_ToCString(context, exception);
    say("directord: stopped by its own fault: ");
    say(message != NULL ? message : "no memory for a message");
    say("\n");
    JS_FreeCString(context, message);
    JSValue stack = JS_GetPropertyStr(context, exception, "stack");
    const char *lines = JS_IsString(stack) ? JS_ToCString(context, stack) : NULL;
    say(lines);
    JS_FreeCString(context, lines);
    JS_FreeValue(context, stack);
    JS_FreeValue(context, exception);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 1 && strcmp(argv[0], SUPERVISOR_NAME) == 0)
        return supervise();
    guard_init();
    loop_init();
    turn_begins();
    JSContext *context = context_new(argc, argv);
    if (context == NULL) {
        say("directord: no memory to start\n");
        return EXIT_BUG;
    }
    size_t length = (size_t)(agent_bytecode_end - agent_bytecode);
    JSValue program = JS_ReadObject(context, agent_bytecode, length, JS_READ_OBJ_BYTECODE);
    JSValue end = JS_IsException(program) ? program : JS_EvalFunction(context, program);
    if (JS_IsException(end)) {
        guard_fire(); /* before a word is said: a console may be slow */
        turn_begins();
        say_exception(context);
        return EXIT_BUG;
    }
    JS_FreeValue(context, end);
    context_free(context);
    return 0;
}
