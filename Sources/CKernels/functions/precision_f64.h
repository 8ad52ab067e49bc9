// What a double is made of, for functions.h.
#define MANTISSA_BITS 52
#define BIAS 1023
#define SIGN_BIT INT64_MIN
#define ROUNDING 0x1.8p52  // added to a number below 2^51, leaves it as an integer in the low bits
#define LOG2_E 0x1.71547652b82fep0
#define LN2_HIGH 0x1.62e42fee00000p-1  // few enough bits that its products with exponents are exact
#define LN2_LOW 0x1.a39ef35793c76p-33
#define SQRT_HALF_BITS 0x3FE6A09E667F3BCD
#define LEAST_NORMAL 0x1p-1022
// Beyond them e^x is 0 or infinite, and tanh and erf are 1.
#define EXP_LOWEST -746.0
#define EXP_HIGHEST 710.0
#define TANH_LIMIT 19.1
#define ERF_LIMIT 6.0
#define TERMS(table) table##_DOUBLE
