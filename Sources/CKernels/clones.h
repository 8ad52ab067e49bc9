// The choice of machine code.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), min_vector_width(512), aligned(64)))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))
