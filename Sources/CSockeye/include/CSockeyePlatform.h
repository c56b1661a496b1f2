// What the tool needs of the system beyond sockets: signals, the terminal, the standard streams, this computer's
// addresses, and /proc. Calls that fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_PLATFORM_H
#define CSOCKEYE_PLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// SIGPIPE ignored, SIGINT and SIGTERM blocked (and no longer ignored), in this thread and in all that it starts from now on.
// SIGHUP too, unless it is ignored already.
void sockeye_signals_prepare(void);
// Waits for one of these, which must be blocked, and returns its number; 0 when none came within the time. -1 ms waits for ever.
int sockeye_signals_wait(int milliseconds);
int sockeye_signal_hangup(void);
// Ends the process at once, without running anything.
_Noreturn void sockeye_exit(int status);

int sockeye_is_terminal(int descriptor);
// Opens /dev/null on those of 0, 1 and 2 that are closed, before anything else gets these numbers.
void sockeye_standard_streams_open(void);
// Drops what has been typed and not read.
void sockeye_terminal_drop_input(int descriptor);
// 1 a socket, 0 something else, -1 nothing that can be looked at.
int sockeye_is_socket(const char *path);
// 0 when the terminal does not say.
int sockeye_terminal_columns(int descriptor);

// Waits until the descriptor can be read, or written: 1 it can, 0 not within the time, -1 an error. -1 ms waits for ever.
int sockeye_wait_readable(int descriptor, int milliseconds);
int sockeye_wait_writable(int descriptor, int milliseconds);
ptrdiff_t sockeye_read(int descriptor, void *bytes, size_t count);
ptrdiff_t sockeye_write(int descriptor, const void *bytes, size_t count);

// A counter that a thread can wait for.
void *sockeye_semaphore_create(void);
void sockeye_semaphore_destroy(void *semaphore);
void sockeye_semaphore_signal(void *semaphore);
void sockeye_semaphore_wait(void *semaphore);

// How often this thread has given up its core to wait for something.
int64_t sockeye_thread_waits(void);

// Each address of each interface that is up, with the interface's name.
int sockeye_interfaces(void *context, void (*each)(void *context, const char *name, const struct sockaddr_storage *address));

// Files and folders, for /proc.
int sockeye_open_read(const char *path);
ptrdiff_t sockeye_read_link(const char *path, char *target, size_t count);
int sockeye_list(const char *path, void *context, void (*each)(void *context, const char *name));
int sockeye_remove(const char *path);
int sockeye_process_id(void);
int sockeye_user_id(void);

// NULL when it is not set.
const char *sockeye_environment(const char *name);

#endif
