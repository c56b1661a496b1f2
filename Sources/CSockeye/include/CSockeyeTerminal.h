// A terminal on which this program draws the line that is being typed. Calls that fail return -1 and leave errno.
#ifndef CSOCKEYE_TERMINAL_H
#define CSOCKEYE_TERMINAL_H

// Every key comes at once and is not shown, and Ctrl-Z is a key; Ctrl-C is still a signal. Undone at the exit.
int sockeye_terminal_edit(int descriptor);
// As it was before.
void sockeye_terminal_restore(void);
// Stops this process, as Ctrl-Z does, until somebody lets it go on.
void sockeye_terminal_suspend(void);

#endif
