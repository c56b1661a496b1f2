#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeNames.h"
#include "NoDebug.h"

#include <netdb.h>
#include <string.h>

NO_DEBUG int sockeye_resolve(const char *name, int kind, void *context,
                             void (*each)(void *, const struct sockaddr_storage *), void (*canonical)(void *, const char *)) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = canonical ? AI_CANONNAME : 0}, *found = 0;
    hints.ai_family = kind == 4 ? AF_INET : kind == 6 ? AF_INET6 : AF_UNSPEC;
    int code = getaddrinfo(name, 0, &hints, &found);
    if (code) return code;
    if (canonical && found && found->ai_canonname) canonical(context, found->ai_canonname);
    for (struct addrinfo *one = found; one; one = one->ai_next) {
        struct sockaddr_storage address;
        memset(&address, 0, sizeof address);
        if (one->ai_addrlen > sizeof address) continue;
        memcpy(&address, one->ai_addr, one->ai_addrlen);
        each(context, &address);
    }
    freeaddrinfo(found);
    return 0;
}

NO_DEBUG const char *sockeye_resolve_error(int code) { return gai_strerror(code); }

NO_DEBUG int sockeye_resolve_meaning(int code) {
    switch (code) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return 1;
    case EAI_AGAIN:
    case EAI_FAIL: return 2;
    case EAI_MEMORY: return 3;
    case EAI_SYSTEM: return 4;
    default: return 0;
    }
}
