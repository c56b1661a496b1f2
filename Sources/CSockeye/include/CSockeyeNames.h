// Names: the system's resolver, behind a function that calls back for each address. Nothing here decides anything.
#ifndef CSOCKEYE_NAMES_H
#define CSOCKEYE_NAMES_H

#include <sys/socket.h>

// getaddrinfo for one name: calls `each` for every stream address, in the resolver's order, and `canonical`, unless it is
// NULL, with the name that the name service itself uses. `kind` is 4, 6, or 0 for both. Returns the EAI_ code; for
// EAI_SYSTEM errno says more.
int sockeye_resolve(const char *name, int kind, void *context,
                    void (*each)(void *context, const struct sockaddr_storage *address),
                    void (*canonical)(void *context, const char *name));
const char *sockeye_resolve_error(int code);
// 1: no such name, or it has no address of the kind; 2: the name service cannot be asked, or answered that it cannot;
// 3: no memory; 4: see errno; 0: other.
int sockeye_resolve_meaning(int code);

#endif
