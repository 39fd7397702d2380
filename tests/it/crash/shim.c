/* Stands between a program and the C library: counts the calls that change files below a folder, writes
 * each down, and at the Nth kills the process, writes half, or lets the call fail. Loaded by LD_PRELOAD;
 * tests/it/crash/mod.rs explains what for.
 *
 *   CRM_SHIM_ROOT   the folder
 *   CRM_SHIM_LOG    the file to write calls into: "KIND<tab>PATH<tab>SECOND<tab>NUMBER<tab>BYTES\n", then
 *                   that many bytes of data; paths are below the folder
 *   CRM_SHIM_AT     which call, from 1
 *   CRM_SHIM_HOW    before | after | half | the number of an error
 *   CRM_SHIM_STAYS  that call and all later ones fail (a full disk stays full)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_file = -1;
static long count, at, failing, stays;
static enum { NONE, BEFORE, AFTER, HALF, ERROR } how;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
    const char *text = getenv("CRM_SHIM_ROOT");
    if (!text || !realpath(text, root)) return;
    root_length = strlen(root);
    if ((text = getenv("CRM_SHIM_LOG")))
        log_file = REAL(open)(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if ((text = getenv("CRM_SHIM_AT"))) at = atol(text);
    stays = getenv("CRM_SHIM_STAYS") != NULL;
    text = getenv("CRM_SHIM_HOW");
    if (!text) how = NONE;
    else if (!strcmp(text, "before")) how = BEFORE;
    else if (!strcmp(text, "after")) how = AFTER;
    else if (!strcmp(text, "half")) how = HALF;
    else { how = ERROR; failing = atol(text); }
}

/* The path below the folder, or NULL if it is elsewhere. */
static const char *below(int folder, const char *path, char *out) {
    if (!root_length || !path) return NULL;
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
    } else {
        char start[PATH_MAX];
        if (folder == AT_FDCWD) {
            if (!getcwd(start, sizeof start)) return NULL;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t length = readlink(link, start, sizeof start - 1);
            if (length < 0) return NULL;
            start[length] = 0;
        }
        while (path[0] == '.' && path[1] == '/') path += 2;
        if ((size_t)snprintf(out, PATH_MAX, "%s/%s", start, path) >= PATH_MAX) return NULL;
    }
    if (strncmp(out, root, root_length) || (out[root_length] && out[root_length] != '/')) return NULL;
    return out[root_length] ? out + root_length + 1 : ".";
}

static const char *below_file(int file, char *out) {
    char link[64], target[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length < 0) return NULL;
    target[length] = 0;
    /* A pipe or a terminal has no path. */
    return target[0] == '/' ? below(AT_FDCWD, target, out) : NULL;
}

static void note(const char *kind, const char *path, const char *second, long number,
                 const void *bytes, size_t length) {
    if (log_file < 0) return;
    char head[2 * PATH_MAX + 100];
    int size = snprintf(head, sizeof head, "%s\t%s\t%s\t%ld\t%zu\n", kind, path, second, number, length);
    struct iovec parts[2] = {{head, (size_t)size}, {(void *)bytes, length}};
    if (REAL(writev)(log_file, parts, length ? 2 : 1) < 0) abort();
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What shall become of the call that is about to be made? The lock is held. */
enum fate { GO, GO_AND_DIE, HALF_AND_DIE, FAIL };

static enum fate fate(void) {
    count++;
    if (how == ERROR && at && (count == at || (stays && count > at))) return FAIL;
    if (count != at) return GO;
    switch (how) {
    case BEFORE: die(); return GO;
    case AFTER: return GO_AND_DIE;
    case HALF: return HALF_AND_DIE;
    default: return GO;
    }
}

/* A signal interrupts only what can wait. Threads of one command make their calls in any order: the harm may
   meet another call than it was meant for. */
static int fails(enum fate what, const char *kind) {
    int waits = strcmp(kind, "create") == 0 || strcmp(kind, "open") == 0 || strncmp(kind, "sync", 4) == 0;
    return what == FAIL && (waits || failing != EINTR);
}

/* A call that either happens or does not. */
#define WHOLE(type, kind, path, second, number, call)                    \
    do {                                                                 \
        pthread_mutex_lock(&lock);                                       \
        enum fate what = fate();                                         \
        if (fails(what, kind)) {                                         \
            pthread_mutex_unlock(&lock);                                 \
            errno = (int)failing;                                        \
            return -1;                                                   \
        }                                                                \
        if (what == HALF_AND_DIE) die();                                 \
        type result = (call);                                            \
        int error = errno;                                               \
        if (result >= 0) note(kind, path, second, number, NULL, 0);      \
        else note("refused", path, second, error, NULL, 0);              \
        if (what == GO_AND_DIE) die();                                   \
        pthread_mutex_unlock(&lock);                                     \
        errno = error;                                                   \
        return result;                                                   \
    } while (0)

static int changes(int flags) { return (flags & (O_CREAT | O_TRUNC)) && (flags & O_TMPFILE) != O_TMPFILE; }

static int opened(int folder, const char *path, int flags, mode_t mode) {
    int (*real)(int, const char *, int, ...) = REAL(openat);
    char out[PATH_MAX];
    const char *name = changes(flags) ? below(folder, path, out) : NULL;
    if (!name) return real(folder, path, flags, mode);
    const char *kind = faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 ? "create"
                       : flags & O_TRUNC                                    ? "empty"
                                                                            : "open";
    WHOLE(int, kind, name, "", 0, real(folder, path, flags, mode));
}

#define MODE                                     \
    mode_t mode = 0;                             \
    if (flags & (O_CREAT | O_TMPFILE)) {         \
        va_list rest;                            \
        va_start(rest, flags);                   \
        mode = (mode_t)va_arg(rest, int);        \
        va_end(rest);                            \
    }

int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

static ssize_t written(int file, const void *bytes, size_t length, off_t offset, int positioned) {
    char out[PATH_MAX];
    const char *name = below_file(file, out);
    ssize_t (*real)(int, const void *, size_t) = REAL(write);
    ssize_t (*real_at)(int, const void *, size_t, off_t) = REAL(pwrite);
    if (!name) return positioned ? real_at(file, bytes, length, offset) : real(file, bytes, length);
    pthread_mutex_lock(&lock);
    enum fate what = fate();
    if (what == FAIL && (!stays || count > at || length < 2)) {
        pthread_mutex_unlock(&lock);
        errno = (int)failing;
        return -1;
    }
    /* A disk that fills up takes a part first. */
    size_t size = what == HALF_AND_DIE || what == FAIL ? length / 2 : length;
    if (!positioned) offset = lseek(file, 0, SEEK_CUR);
    ssize_t result = positioned ? real_at(file, bytes, size, offset) : real(file, bytes, size);
    int error = errno;
    if (result >= 0) note("write", name, "", (long)offset, bytes, (size_t)result);
    if (what == GO_AND_DIE || what == HALF_AND_DIE) die();
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

ssize_t write(int file, const void *bytes, size_t length) { return written(file, bytes, length, 0, 0); }
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return written(file, bytes, length, offset, 1); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) { return written(file, bytes, length, offset, 1); }

ssize_t writev(int file, const struct iovec *parts, int number) {
    char out[PATH_MAX];
    if (!below_file(file, out)) return REAL(writev)(file, parts, number);
    /* A short write is allowed: the caller comes again with the rest. */
    for (int part = 0; part < number; part++)
        if (parts[part].iov_len) return written(file, parts[part].iov_base, parts[part].iov_len, 0, 0);
    return 0;
}

/* Copies inside the kernel go unseen; refused, std falls back to read and write. */
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    char out[PATH_MAX];
    if (!below_file(to, out)) return REAL(copy_file_range)(from, from_at, to, to_at, length, flags);
    errno = ENOSYS;
    return -1;
}

/* Nothing is lost when a process dies, so syncing for true would only take time. */
static int synced(int file, int (*real)(int)) {
    char out[PATH_MAX];
    const char *name = below_file(file, out);
    if (!name) return real(file);
    WHOLE(int, "sync", name, "", 0, 0);
}

int fsync(int file) { return synced(file, REAL(fsync)); }
int fdatasync(int file) { return synced(file, REAL(fdatasync)); }

int syncfs(int file) {
    char out[PATH_MAX];
    const char *name = below_file(file, out);
    if (!name) return REAL(syncfs)(file);
    WHOLE(int, "sync-all", name, "", 0, 0);
}

static int cut(int file, off64_t length) {
    char out[PATH_MAX];
    const char *name = below_file(file, out);
    if (!name) return REAL(ftruncate64)(file, length);
    WHOLE(int, "cut", name, "", (long)length, REAL(ftruncate64)(file, length));
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

static int renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char first[PATH_MAX], second[PATH_MAX];
    const char *source = below(from_folder, from, first), *target = below(to_folder, to, second);
    int (*real)(int, const char *, int, const char *, unsigned) = REAL(renameat2);
    if (!source && !target) return real(from_folder, from, to_folder, to, flags);
    WHOLE(int, "rename", source ? source : "", target ? target : "", 0,
          real(from_folder, from, to_folder, to, flags));
}

int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return renamed(a, from, b, to, flags); }

int unlinkat(int folder, const char *path, int flags) {
    char out[PATH_MAX];
    const char *name = below(folder, path, out);
    if (!name) return REAL(unlinkat)(folder, path, flags);
    WHOLE(int, "unlink", name, "", 0, REAL(unlinkat)(folder, path, flags));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char out[PATH_MAX];
    const char *name = below(folder, path, out);
    if (!name) return REAL(mkdirat)(folder, path, mode);
    WHOLE(int, "mkdir", name, "", 0, REAL(mkdirat)(folder, path, mode));
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int linkat(int a, const char *from, int b, const char *to, int flags) {
    char first[PATH_MAX], second[PATH_MAX];
    const char *source = below(a, from, first), *target = below(b, to, second);
    if (!target) return REAL(linkat)(a, from, b, to, flags);
    WHOLE(int, "link", source ? source : "", target, 0, REAL(linkat)(a, from, b, to, flags));
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int fchmodat(int folder, const char *path, mode_t mode, int flags) {
    char out[PATH_MAX];
    const char *name = below(folder, path, out);
    if (!name) return REAL(fchmodat)(folder, path, mode, flags);
    WHOLE(int, "rights", name, "", (long)mode, REAL(fchmodat)(folder, path, mode, flags));
}

int chmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, 0); }

int fchmod(int file, mode_t mode) {
    char out[PATH_MAX];
    const char *name = below_file(file, out);
    if (!name) return REAL(fchmod)(file, mode);
    WHOLE(int, "rights", name, "", (long)mode, REAL(fchmod)(file, mode));
}
