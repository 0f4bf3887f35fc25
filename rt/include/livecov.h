/* Functions that shared libraries export when `cargo livecov` has built them.
 *
 * A host finds them with dlsym() on the handle of the library, so that it needs neither this file nor a library of
 * Livecov's:
 *
 *     int (*dump)(void) = (int (*)(void))dlsym(handle, "livecov_dump");
 *     if (dump) dump();
 *
 * A host that is linked against the library may call them by name. If several libraries are loaded, each exports the
 * same names; dlsym() returns those of the library that it is asked for. Build with `--no-exports` to have none.
 *
 * All three may be called from any thread, but not from a signal handler. They return 0, or a negative error number:
 *
 *     -EDESTADDRREQ  Neither LIVECOV_DIR nor GOCOVERDIR is set.
 *     -ENODATA       Nothing in this process is instrumented.
 *     -EBUSY         Another call takes the counters, or sets the label. Try again.
 *     -ENAMETOOLONG  The label has more than LIVECOV_MAX_LABEL_LEN bytes.
 *     -EILSEQ        The label is not UTF-8.
 *     -E2BIG         The command line does not fit into a file: set LIVECOV_ARGS=0.
 *     others         The system's, from opening the directory or writing a file: -ENOENT, -EACCES, -ENOSPC, ...
 *
 * After an error in one image the others are written all the same. What was not written stays in the counters.
 */
#ifndef LIVECOV_H
#define LIVECOV_H

#define LIVECOV_MAX_LABEL_LEN 128

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a snapshot of all instrumented images of the process, the program and all libraries, to the directory in
 * LIVECOV_DIR. The counters go on. Several snapshots of a process do not count twice: readers take the largest. */
int livecov_dump(void);

/* As livecov_dump(), and starts all counters from zero, in one exact step for each image: every hit is in this
 * snapshot or in a later one, and none in both. */
int livecov_take(void);

/* Names what the process is doing. The label stands in all files that this library writes from now on: those of its
 * livecov_dump() and livecov_take(), and its own at its end. NULL or "" takes it away. */
int livecov_set_label(const char *label);

#ifdef __cplusplus
}
#endif

#endif
