// How a server tells whoever started it that it is ready. Calls that fail return -1 and leave errno.
#ifndef CSOCKEYE_READY_H
#define CSOCKEYE_READY_H

// 1 for a descriptor that was open when this program was started: our own are all closed on exec, such a one cannot be.
int sockeye_is_inherited(int descriptor);
int sockeye_rename(const char *from, const char *to);

#endif
