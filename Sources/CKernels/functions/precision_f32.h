// What a float is made of, for functions.h.
#define MANTISSA_BITS 23
#define BIAS 127
#define SIGN_BIT INT32_MIN
#define ROUNDING 0x1.8p23f  // added to a number below 2^22, leaves it as an integer in the low bits
#define LOG2_E 1.44269504088896341f
#define LN2_HIGH 0.693359375f  // few enough bits that its products with exponents are exact
#define LN2_LOW -2.12194440e-4f
#define SQRT_HALF_BITS 0x3F3504F3
#define LEAST_NORMAL 0x1p-126f
// Beyond them e^x is 0 or infinite, and tanh and erf are 1.
#define EXP_LOWEST -104.0f
#define EXP_HIGHEST 89.0f
#define TANH_LIMIT 9.1f
#define ERF_LIMIT 4.0f
#define TERMS(table) table##_FLOAT
