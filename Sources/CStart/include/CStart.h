// Linked into the program alone: what its process does about signals from its first moment on. See CSignals.
#ifndef CSTART_H
#define CSTART_H
#endif
