#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSockeyeTerminal.h"
#include "NoDebug.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static NO_DEBUG pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static NO_DEBUG int edited = -1;
static NO_DEBUG int is_registered = 0;
static NO_DEBUG struct termios before;

NO_DEBUG int sockeye_terminal_edit(int descriptor) {
    int result = -1;
    pthread_mutex_lock(&lock);
    if (edited >= 0) {
        result = 0;
    } else if (tcgetattr(descriptor, &before) == 0) {
        struct termios keys = before;
        keys.c_lflag &= ~(0u | ICANON | ECHO | IEXTEN);
        keys.c_iflag |= ICRNL;
        keys.c_cc[VMIN] = 1;
        keys.c_cc[VTIME] = 0;
        keys.c_cc[VSUSP] = _POSIX_VDISABLE;
        if (!is_registered) is_registered = atexit(sockeye_terminal_restore) == 0;
        result = tcsetattr(descriptor, TCSADRAIN, &keys);
        if (result == 0) edited = descriptor;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

NO_DEBUG void sockeye_terminal_restore(void) {
    pthread_mutex_lock(&lock);
    if (edited >= 0) tcsetattr(edited, TCSADRAIN, &before);
    edited = -1;
    pthread_mutex_unlock(&lock);
}

static NO_DEBUG sem_t has_continued;

static NO_DEBUG void note_continuing(int number) {
    number += 0;
    sem_post(&has_continued);
}

NO_DEBUG void sockeye_terminal_suspend(void) {
    struct sigaction noting, usual;
    memset(&noting, 0, sizeof noting);
    noting.sa_handler = note_continuing;
    noting.sa_flags = SA_RESTART;
    sem_init(&has_continued, 0, 0);
    sigaction(SIGCONT, &noting, &usual);
    // The whole group, as the terminal would: a shell waits for all of a pipe. SIGSTOP cannot be ignored or blocked. But this
    // thread may run on for a moment until another one has taken the signal, so it waits until it was let go on.
    kill(0, SIGSTOP);
    while (sem_wait(&has_continued) < 0 && errno == EINTR) {
    }
    sigaction(SIGCONT, &usual, 0);
}
