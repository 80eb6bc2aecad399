/*
 * Memory of the script. A turn takes and gives back thousands of small blocks: they come from pages
 * that hold blocks of one size each, so none is searched for and none has a header. A page keeps
 * its size for ever. Larger blocks are the C library's, whose checks cost a third of a turn.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"

/* Address space for small blocks; memory is taken as it is touched. */
#define SPACE_BYTES (128u << 20)
#define PAGE_BYTES 4096u
#define STEP_BYTES 16u
#define SMALL_BYTES_MAX 256u
#define SIZES (SMALL_BYTES_MAX / STEP_BYTES)

struct block {
    struct block *next;
};

/* The blocks of one size: what was given back, and what the newest page still has. */
struct blocks {
    struct block *returned;
    uint8_t *fresh, *fresh_end;
};

static uint8_t *space, *space_next;
static struct blocks of_size[SIZES];
static uint8_t size_of_page[SPACE_BYTES / PAGE_BYTES];

static bool is_small(const void *block)
{
    return (uintptr_t)block - (uintptr_t)space < SPACE_BYTES;
}

static size_t usable_size(const void *block)
{
    if (!is_small(block))
        return malloc_usable_size((void *)block);
    return (size_of_page[((const uint8_t *)block - space) / PAGE_BYTES] + 1u) * STEP_BYTES;
}

static void *take_fresh(unsigned size)
{
    struct blocks *blocks = &of_size[size];
    size_t bytes = (size + 1) * STEP_BYTES;
    if ((size_t)(blocks->fresh_end - blocks->fresh) < bytes) {
        if (space_next == space + SPACE_BYTES)
            return NULL;
        size_of_page[(space_next - space) / PAGE_BYTES] = (uint8_t)size;
        blocks->fresh = space_next;
        blocks->fresh_end = space_next += PAGE_BYTES;
    }
    void *block = blocks->fresh;
    blocks->fresh += bytes;
    return block;
}

static void *take_small(size_t bytes)
{
    unsigned size = (unsigned)((bytes - 1) / STEP_BYTES);
    struct block *block = of_size[size].returned;
    if (block == NULL)
        return take_fresh(size);
    of_size[size].returned = block->next;
    return block;
}

static void *take(JSMallocState *state, size_t bytes)
{
    if (bytes > state->malloc_limit - state->malloc_size)
        return NULL;
    void *block = bytes <= SMALL_BYTES_MAX ? take_small(bytes) : malloc(bytes);
    if (block == NULL)
        return NULL;
    state->malloc_count++;
    state->malloc_size += usable_size(block);
    return block;
}

static void give_back(JSMallocState *state, void *block)
{
    if (block == NULL)
        return;
    size_t bytes = usable_size(block);
    state->malloc_count--;
    state->malloc_size -= bytes;
    if (!is_small(block)) {
        free(block);
        return;
    }
    struct blocks *blocks = &of_size[bytes / STEP_BYTES - 1];
    ((struct block *)block)->next = blocks->returned;
    blocks->returned = block;
}

static void *resize(JSMallocState *state, void *block, size_t bytes)
{
    if (block == NULL)
        return bytes == 0 ? NULL : take(state, bytes);
    if (bytes == 0) {
        give_back(state, block);
        return NULL;
    }
    size_t before = usable_size(block);
    if (is_small(block) && bytes <= before && bytes + STEP_BYTES > before)
        return block;
    if (is_small(block) || bytes <= SMALL_BYTES_MAX) {
        void *other = take(state, bytes);
        if (other == NULL)
            return NULL;
        memcpy(other, block, bytes < before ? bytes : before);
        give_back(state, block);
        return other;
    }
    if (bytes > before && bytes - before > state->malloc_limit - state->malloc_size)
        return NULL;
    void *other = realloc(block, bytes);
    if (other != NULL)
        state->malloc_size += usable_size(other) - before;
    return other;
}

JSRuntime *runtime_new(void)
{
    static const JSMallocFunctions functions = {take, give_back, resize, usable_size};
    /* A sanitizer has to see every block by itself. */
    if (__has_feature(address_sanitizer))
        return JS_NewRuntime();
    space = mmap(NULL, SPACE_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED)
        return NULL;
    space_next = space;
    return JS_NewRuntime2(&functions, NULL);
}
