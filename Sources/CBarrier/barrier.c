#include "CBarrier.h"

#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// Not the private futex: the memory may be shared between processes.
static void futex(uint32_t *word, int operation, uint32_t value) {
    syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

// Between two looks. Now and then the core is offered: a worker that was woken onto the core of one that polls would else get it
// after the kernel's next tick, up to 10 ms later.
static void relax(uint32_t look) {
    if (look % 64 == 63) sched_yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

void cb_wait(cb_barrier *barrier, uint32_t count, uint32_t spins) {
    uint32_t generation = __atomic_load_n(&barrier->generation.word, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&barrier->arrived.word, 1, __ATOMIC_ACQ_REL) == count) {
        __atomic_store_n(&barrier->arrived.word, 0, __ATOMIC_RELAXED);
        __atomic_add_fetch(&barrier->generation.word, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&barrier->sleepers.word, __ATOMIC_SEQ_CST) > 0) futex(&barrier->generation.word, FUTEX_WAKE, INT_MAX);
        return;
    }
    for (uint32_t i = 0; i < spins; i++) {
        if (__atomic_load_n(&barrier->generation.word, __ATOMIC_ACQUIRE) != generation) return;
        relax(i);
    }
    __atomic_add_fetch(&barrier->sleepers.word, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&barrier->generation.word, __ATOMIC_SEQ_CST) == generation)
        futex(&barrier->generation.word, FUTEX_WAIT, generation);
    __atomic_sub_fetch(&barrier->sleepers.word, 1, __ATOMIC_SEQ_CST);
}

uint32_t cb_take(uint64_t *place, uint32_t turn, uint32_t count) {
    uint64_t seen = __atomic_load_n(place, __ATOMIC_RELAXED);
    for (;;) {
        const uint32_t next = seen >> 32 == turn ? (uint32_t)seen : 0;
        if (next >= count) return count;
        const uint64_t taken = (uint64_t)turn << 32 | (next + 1);
        if (__atomic_compare_exchange_n(place, &seen, taken, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return next;
    }
}
