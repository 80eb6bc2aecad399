/*
 * The script's allocator under the fuzzer: whatever is taken, resized and given back, each block
 * keeps its content, and what is counted is what is there.
 */
#include <string.h>

#include "fake-kernel.h"
#undef mmap
#define runtime_new runtime_of_the_fuzzer
#include "memory.c"

#define BLOCKS 32
#define BYTES_MAX 600

static struct held {
    uint8_t *at;
    size_t bytes;
    uint8_t mark;
} held[BLOCKS];

static void check(const struct held *block)
{
    for (size_t i = 0; i < block->bytes; i++) {
        if (block->at[i] != block->mark)
            fake_fail("a block of memory keeps its content");
    }
}

static void change(JSMallocState *state, struct held *block, size_t bytes)
{
    check(block);
    uint8_t *at = resize(state, block->at, bytes);
    if (bytes > 0 && at == NULL)
        return; /* refused: the old block stays */
    size_t kept = bytes < block->bytes ? bytes : block->bytes;
    *block = (struct held){at, kept, block->mark};
    check(block);
    if (bytes > 0 && usable_size(at) < bytes)
        fake_fail("a block of memory is as large as was asked");
    *block = (struct held){at, bytes, (uint8_t)(block->mark + 1)};
    if (bytes > 0)
        memset(at, block->mark, bytes);
}

/* The rest of the input: which block, and the size that it is to have. */
void memory_calls(void)
{
    JSMallocState state = {.malloc_limit = 16384};
    size_t sum = 0, count = 0;
    if (space == NULL) {
        space = mmap(NULL, SPACE_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        space_next = space;
    }
    while (!fake_is_over()) {
        struct held *block = &held[fake_byte() % BLOCKS];
        uint16_t bytes;
        fake_fill(&bytes, sizeof bytes);
        change(&state, block, bytes % BYTES_MAX);
    }
    for (int i = 0; i < BLOCKS; i++) {
        check(&held[i]);
        sum += held[i].bytes == 0 ? 0 : usable_size(held[i].at);
        count += held[i].bytes > 0;
    }
    if (sum != state.malloc_size || count != state.malloc_count)
        fake_fail("what is counted of the memory is what was taken");
    for (int i = 0; i < BLOCKS; i++)
        change(&state, &held[i], 0);
    if (state.malloc_size != 0 || state.malloc_count != 0)
        fake_fail("all memory can be given back");
}
