// Programs that the tool starts, and what it needs for them: pipes, files, and whoever reads what it writes. Calls that
// fail return -1 and leave errno. Nothing here decides anything.
#ifndef CSOCKEYE_PROCESS_H
#define CSOCKEYE_PROCESS_H

#include <stdint.h>

// Waits until nobody reads a pipe or a socket any more: 1 it is so, -1 it cannot be waited for. What has no reader, such
// as a file, is waited for without end.
int sockeye_wait_unread(int descriptor);

// A pipe, both ends close-on-exec.
int sockeye_pipe(int *reading, int *writing);
// Starts a program, found as a shell would find it, with these two descriptors for its standard input and output, the
// caller's standard error and nothing else open, no signal blocked or ignored, in a process group of its own.
int sockeye_spawn(char *const *arguments, char *const *environment, int input, int output, int errors, int *process);
// Waits until a child has ended, and leaves it there to be reaped.
int sockeye_child_wait(int process);
// Takes away what is left of a child that has ended: its exit status, or 128 and the signal that ended it.
int sockeye_child_reap(int process);
// Sends a signal to a child and all that it has started in its process group.
int sockeye_child_signal(int process, int number);
int sockeye_signal_terminate(void);
int sockeye_signal_kill(void);
// The variables of the environment, one after the other; NULL behind the last.
const char *sockeye_environment_entry(int index);

// 1 it is, 0 it is not, -1 it cannot be looked at.
int sockeye_is_folder(const char *path);
int sockeye_is_executable(const char *path);
// Opens a file for writing: emptied, or only if there was nothing by that name, not even a link.
int sockeye_file_empty(const char *path);
int sockeye_file_new(const char *path);
// Lets this process have as many descriptors as it may allow itself.
void sockeye_raise_descriptor_limit(void);

#endif
