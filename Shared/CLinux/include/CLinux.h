#pragma once
// What Glibc's module map leaves out.
#include <sys/eventfd.h>
#include <stddef.h>
#include <stdint.h>

/// Names the calling thread as /proc and debuggers show it (at most 15 bytes are kept).
void busbar_set_thread_name(const char *name);
