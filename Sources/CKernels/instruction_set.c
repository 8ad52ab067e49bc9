// Which of the clones the loader chose.
#include "CKernels.h"

const char *ck_instruction_set(void) {
#if defined(__aarch64__)
    return "NEON";
#elif defined(__x86_64__)
    return __builtin_cpu_supports("x86-64-v4") ? "AVX-512" : __builtin_cpu_supports("x86-64-v3") ? "AVX2" : "SSE2";
#endif
}
