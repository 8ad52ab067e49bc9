// Made by scripts/coefficients.py: polynomials of least largest error, ascending, and that error.

// (e^r - 1 - r) / r^2, |r| <= ln2/2
// Error 5.63e-20.
#define EXP_DOUBLE \
    {0x1.0000000000000p-1, 0x1.555555555555bp-3, 0x1.555555555555dp-5, 0x1.111111110ec42p-7, \
     0x1.6c16c16c1363fp-10, 0x1.a01a01b3922b8p-13, 0x1.a01a01b430fa0p-16, 0x1.71ddefe0ce721p-19, \
     0x1.27e4bf675deb3p-22, 0x1.af6c677cda0e5p-26, 0x1.1f9db1682ba51p-29}
// Error 3.21e-9.
#define EXP_FLOAT \
    {0x1.0000000000000p-1f, 0x1.5554900000000p-3f, 0x1.55545e0000000p-5f, 0x1.123b4c0000000p-7f, \
     0x1.6db44e0000000p-10f}

// (ln((1+s)/(1-s)) - 2s) / s^3, of s^2
// Error 2.58e-18.
#define LOG_DOUBLE \
    {0x1.5555555555590p-1, 0x1.99999999806dcp-2, 0x1.249249419b9bep-2, 0x1.c71c5235df470p-3, \
     0x1.746639b27de2bp-3, 0x1.39a1ef497c566p-3, 0x1.2f0608abb25f7p-3}
// Error 9.86e-12.
#define LOG_FLOAT \
    {0x1.5555540000000p-1f, 0x1.999a7a0000000p-2f, 0x1.2438d80000000p-2f, 0x1.e2fa040000000p-3f}

// (ln((1+s)/(1-s)) - 2s - 2s^3/3) / s^5, of s^2
// Error 1.89e-18.
#define LOG5_DOUBLE \
    {0x1.999999999999ap-2, 0x1.2492492492526p-2, 0x1.c71c71c6e970ap-3, 0x1.745d177b99d7ap-3, \
     0x1.3b139568fb822p-3, 0x1.1118dda1fc2e5p-3, 0x1.df785799c4c97p-4, 0x1.e05bf11917c2ep-4}

// (sin x - x) / x^3, of x^2, |x| <= pi/4
// Error 3.48e-18.
#define SIN_DOUBLE \
    {-0x1.5555555555549p-3, 0x1.111111110f8ccp-7, -0x1.a01a019c19dc8p-13, 0x1.71de357dd19aep-19, \
     -0x1.ae5e6a6cb5130p-26, 0x1.5d94180074869p-33}

// (cos x - 1 + x^2/2) / x^4, of x^2, |x| <= pi/4
// Error 5.34e-20.
#define COS_DOUBLE \
    {0x1.555555555554ep-5, -0x1.6c16c16c1551dp-10, 0x1.a01a019d009f7p-16, -0x1.27e4f83cc7e9ap-22, \
     0x1.1eea0b44b7e75p-29, -0x1.8fbd8843b6b98p-37}

// erf(x)/x - 1, of x^2, |x| <= 1
// Error 1.26e-19.
#define ERF_DOUBLE \
    {0x1.06eba8214db69p-3, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b34p-4, -0x1.b82ce31284f38p-6, \
     0x1.565bcd0dbd920p-8, -0x1.c02db3db49905p-11, 0x1.f9a321e4be396p-14, -0x1.f4d1e4355e24fp-17, \
     0x1.b9df3066e20fep-20, -0x1.5f1f41608c1ffp-23, 0x1.f7b9a24bdfaf0p-27, -0x1.38ac32d8ed106p-30, \
     0x1.0627890b92f43p-34}
// Error 1.18e-9.
#define ERF_FLOAT \
    {0x1.06eba80000000p-3f, -0x1.81273e0000000p-2f, 0x1.ce2d200000000p-4f, -0x1.b7fbb40000000p-6f, \
     0x1.5419f20000000p-8f, -0x1.a485d00000000p-11f, 0x1.4ae4840000000p-14f}

// e^(x^2) erfc(x), of x - 2, 1 <= x <= 6 (float: 4)
// Error 2.09e-18.
#define ERFC_DOUBLE \
    {0x1.058671b52c774p-2, -0x1.b57034efd3f5ap-4, 0x1.5672b9ea147d0p-5, -0x1.fa9d3ac9528f8p-7, \
     0x1.649072153657ap-8, -0x1.e028e8a8aff2bp-10, 0x1.369ffa2140716p-11, -0x1.8382209206ba5p-13, \
     0x1.d37b9facd6e78p-15, -0x1.115d16140eb1cp-16, 0x1.3697d13a908e7p-18, -0x1.577522aac44bbp-20, \
     0x1.724067f4777b7p-22, -0x1.85ec4d3f8daecp-24, 0x1.918e3d4fdecbcp-26, -0x1.91e5be4ab93c9p-28, \
     0x1.875a2392e5087p-30, -0x1.86d52acad22a4p-32, 0x1.99aa8eac9ecf9p-34, -0x1.774481db42f71p-36, \
     0x1.c0df4e69f2b9cp-39, -0x1.e2204cd2864afp-43}
// Error 4.48e-10.
#define ERFC_FLOAT \
    {0x1.0586700000000p-2f, -0x1.b5703c0000000p-4f, 0x1.5675600000000p-5f, -0x1.fa811c0000000p-7f, \
     0x1.643cb40000000p-8f, -0x1.e54d020000000p-10f, 0x1.35445c0000000p-11f, -0x1.4955e40000000p-13f, \
     0x1.1e09f80000000p-14f, -0x1.d5a76c0000000p-16f}
