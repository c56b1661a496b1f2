// What tests need to decide the kernel's answers. Nothing here does anything while faults are off.
#ifndef CSOCKEYE_FAULTS_H
#define CSOCKEYE_FAULTS_H

#include <stdint.h>

// Whether anything is to go wrong on purpose. A variable of C costs one load; a lazily initialised one of Swift costs a call.
extern int sockeye_faults_on;
static inline int sockeye_faults_are_on(void) { return __atomic_load_n(&sockeye_faults_on, __ATOMIC_RELAXED); }
static inline void sockeye_faults_switch(int on) { __atomic_store_n(&sockeye_faults_on, on, __ATOMIC_SEQ_CST); }

// Breaks a TCP connection off: the peer gets a reset at once, and this side an error. -1 for a socket that has no such thing.
int sockeye_disconnect(int descriptor);
// Past the seam that would ask the very plan that calls this.
int sockeye_shutdown_both(int descriptor);

#endif
