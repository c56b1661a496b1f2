// Keeps debug information out of the few lines of C here. clang writes DWARF 5 for C, which Debian's valgrind 3.19 cannot
// read, and then it cannot count the instructions of anything that links them. See docs/workarounds.md.
//
// A cast would bring the type's description back, and with it DWARF 5: pointers are converted through `void *` instead, and a
// system's macro with a cast in it is used in an `enum` only. So would a variable or the text of a string that are not marked.
#ifndef CSOCKEYE_NO_DEBUG_H
#define CSOCKEYE_NO_DEBUG_H

#if defined(__clang__)
#define NO_DEBUG __attribute__((nodebug))
#else
#define NO_DEBUG
#endif

#endif
