// Programs that the tool starts, and whoever reads what it writes. Calls that fail return -1 and leave errno.
#ifndef CSOCKEYE_PROCESS_H
#define CSOCKEYE_PROCESS_H

#include <stdint.h>

// Waits until nobody reads a pipe or a socket any more: 1 it is so, -1 it cannot be waited for. What has no reader, such
// as a file, is waited for without end.
int sockeye_wait_unread(int descriptor);

#endif
