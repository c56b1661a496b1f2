// How a server tells whoever started it that it is ready, and what is known of a file before it is written. Calls that fail return -1 and leave errno.
#ifndef CSOCKEYE_READY_H
#define CSOCKEYE_READY_H

// 1 for a descriptor that was open when this program was started: our own are all closed on exec, such a one cannot be.
int sockeye_is_inherited(int descriptor);
// 1 for a descriptor that is open for writing.
int sockeye_takes_writes(int descriptor);
int sockeye_rename(const char *from, const char *to);
// 0: a file of that path could be put there, or written. Nothing is made or changed. `folder` is where the path is.
int sockeye_check_making(const char *path, const char *folder);
int sockeye_check_writing(const char *path, const char *folder);
// 1: both descriptors are of one file, terminal or pipe.
int sockeye_is_same_file(int one, int other);

int sockeye_check_reading(const char *path);
// 1 or 0; 0 also for what cannot be looked at.
int sockeye_is_pipe(const char *path);
int sockeye_is_character_device(const char *path);

#endif
