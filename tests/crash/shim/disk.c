/* A disk that can be looked into: preloaded into a host, it writes down every change below one folder in the order in
 * which it was made, and which of them a sync has made durable. It can also be told to be full, or to fail a sync.
 *
 * DISK_ROOT     the folder, absolute
 * DISK_JOURNAL  where changes are written down; see src/journal.rs for the format
 * DISK_CONTROL  a file of `struct control`, which the suite changes while the host runs
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, MKDIR, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, LOST, RENAME, REMOVE };

struct record {
    uint32_t kind;
    uint32_t text_bytes;
    uint64_t inode;
    uint64_t at; /* a file's offset or length; for a sync, how far the journal was when it began */
    uint64_t data_bytes;
};

struct control {
    int32_t full;           /* nothing can be written any more */
    int32_t failing_syncs;  /* so many syncs fail of files whose path holds `part` */
    char part[256];
};

static char root[PATH_MAX];
static size_t root_bytes;
static int journal = -1;
static uint64_t journal_bytes;
static volatile struct control *control;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define INODES (1u << 20)
static uint64_t inodes[INODES];

static void give_up(const char *why) {
    (void)!syscall(SYS_write, 2, why, strlen(why));
    abort();
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("DISK_ROOT"), *path = getenv("DISK_JOURNAL"), *controls = getenv("DISK_CONTROL");
    if (folder != NULL) {
        root_bytes = (size_t)snprintf(root, sizeof root, "%s", folder);
    }
    if (path != NULL) {
        journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        struct stat status;
        if (journal < 0 || fstat(journal, &status) != 0) {
            give_up("disk: no journal\n");
        }
        journal_bytes = (uint64_t)status.st_size;
    }
    if (controls != NULL) {
        int file = (int)syscall(SYS_openat, AT_FDCWD, controls, O_RDWR | O_CLOEXEC, 0);
        void *map = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map == MAP_FAILED) {
            give_up("disk: no control\n");
        }
        control = map;
    }
}

/* ---- what is watched ---- */

static int below(const char *path) {
    size_t bytes = strlen(path);
    /* Shared memory is rebuilt after a crash. */
    int shared = bytes > 4 && strcmp(path + bytes - 4, "-shm") == 0;
    return root_bytes > 0 && strncmp(path, root, root_bytes) == 0 && (path[root_bytes] == '/' || path[root_bytes] == 0) && !shared;
}

/* The absolute path that a call names, or none if it is not below the root. */
static const char *resolved(int folder, const char *path, char *space) {
    if (path[0] != '/') {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t bytes = folder == AT_FDCWD ? (getcwd(space, PATH_MAX) == NULL ? -1 : (ssize_t)strlen(space))
                                           : readlink(link, space, PATH_MAX - 1);
        if (bytes < 0) {
            return NULL;
        }
        snprintf(space + bytes, (size_t)(PATH_MAX - bytes), "/%s", path);
        path = space;
    }
    return below(path) ? path : NULL;
}

static int path_of(int file, char *space) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t bytes = readlink(link, space, PATH_MAX - 1);
    if (bytes < 0) {
        return 0;
    }
    space[bytes] = 0;
    return below(space);
}

static uint64_t *slot(uint64_t inode) {
    for (uint64_t step = 0; step < INODES; step++) {
        uint64_t *found = &inodes[(inode * 11400714819323198485u + step) % INODES];
        if (*found == inode || *found == 0) {
            return found;
        }
    }
    give_up("disk: too many files\n");
    return NULL;
}

/* The inode of a watched file, or 0. */
static uint64_t watched(int file, struct stat *status) {
    if (root_bytes == 0 || fstat(file, status) != 0 || !S_ISREG(status->st_mode)) {
        return 0;
    }
    return *slot(status->st_ino) == status->st_ino ? status->st_ino : 0;
}

static void note(enum kind kind, const char *text, size_t text_bytes, uint64_t inode, uint64_t at, const void *data, size_t data_bytes) {
    if (journal < 0) {
        return;
    }
    struct record record = {kind, (uint32_t)text_bytes, inode, at, data_bytes};
    struct iovec parts[3] = {{&record, sizeof record}, {(void *)text, text_bytes}, {(void *)data, data_bytes}};
    size_t whole = sizeof record + text_bytes + data_bytes;
    if (syscall(SYS_writev, journal, parts, 3) != (long)whole) {
        give_up("disk: the journal cannot be written\n");
    }
    journal_bytes += whole;
}

static int is_full(void) { return control != NULL && control->full != 0; }

static int no_room(void) {
    errno = ENOSPC;
    return -1;
}

/* ---- files come, go and are named ---- */

static int opened(int folder, const char *path, int flags, mode_t mode) {
    char space[PATH_MAX];
    const char *name = resolved(folder, path, space);
    int making = name != NULL && (flags & (O_CREAT | O_TRUNC)) != 0;
    if (!making) {
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    }
    pthread_mutex_lock(&lock);
    struct stat status;
    int existed = fstatat(AT_FDCWD, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!existed && is_full()) {
        pthread_mutex_unlock(&lock);
        return no_room();
    }
    int file = (int)syscall(SYS_openat, folder, path, flags, mode);
    int failure = errno;
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        *slot(status.st_ino) = status.st_ino;
        if (!existed) {
            note(CREATE, name + root_bytes, strlen(name + root_bytes), status.st_ino, 0, NULL, 0);
        } else if ((flags & O_TRUNC) != 0) {
            note(TRUNCATE, NULL, 0, status.st_ino, 0, NULL, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return file;
}

#define MODE(flags)                                                                                                    \
    mode_t mode = 0;                                                                                                   \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                                                      \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode = va_arg(more, mode_t);                                                                                   \
        va_end(more);                                                                                                  \
    }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char space[PATH_MAX];
    const char *name = resolved(folder, path, space);
    if (name != NULL && is_full()) {
        return no_room();
    }
    pthread_mutex_lock(&lock);
    int made = (int)syscall(SYS_mkdirat, folder, path, mode);
    int failure = errno;
    if (made == 0 && name != NULL) {
        note(MKDIR, name + root_bytes, strlen(name + root_bytes), 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return made;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int unlinkat(int folder, const char *path, int flags) {
    char space[PATH_MAX];
    const char *name = resolved(folder, path, space);
    pthread_mutex_lock(&lock);
    int removed = (int)syscall(SYS_unlinkat, folder, path, flags);
    int failure = errno;
    if (removed == 0 && name != NULL) {
        note(REMOVE, name + root_bytes, strlen(name + root_bytes), 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return removed;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags) {
    char from_space[PATH_MAX], to_space[PATH_MAX], both[2 * PATH_MAX];
    const char *old = resolved(from_folder, from, from_space), *new = resolved(to_folder, to, to_space);
    if ((old == NULL) != (new == NULL)) {
        give_up("disk: a file is renamed across the root\n");
    }
    pthread_mutex_lock(&lock);
    int renamed = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    int failure = errno;
    if (renamed == 0 && old != NULL) {
        int bytes = snprintf(both, sizeof both, "%s%c%s", old + root_bytes, 0, new + root_bytes);
        note(RENAME, both, (size_t)bytes, 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return renamed;
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) { return renameat2(from_folder, from, to_folder, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

/* ---- bytes ---- */

static ssize_t written(int file, const void *data, size_t bytes, int64_t offset) {
    struct stat status;
    uint64_t inode = watched(file, &status);
    if (inode == 0) {
        return offset < 0 ? syscall(SYS_write, file, data, bytes) : syscall(SYS_pwrite64, file, data, bytes, offset);
    }
    if (is_full()) {
        return no_room();
    }
    pthread_mutex_lock(&lock);
    int appends = (fcntl(file, F_GETFL) & O_APPEND) != 0;
    fstat(file, &status);
    uint64_t at = offset >= 0 ? (uint64_t)offset : (uint64_t)(appends ? status.st_size : lseek(file, 0, SEEK_CUR));
    ssize_t done = offset < 0 ? syscall(SYS_write, file, data, bytes) : syscall(SYS_pwrite64, file, data, bytes, offset);
    int failure = errno;
    if (done > 0) {
        note(WRITE, NULL, 0, inode, at, data, (size_t)done);
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}

ssize_t write(int file, const void *data, size_t bytes) { return written(file, data, bytes, -1); }
ssize_t pwrite(int file, const void *data, size_t bytes, off_t offset) { return written(file, data, bytes, offset); }
ssize_t pwrite64(int file, const void *data, size_t bytes, off64_t offset) { return written(file, data, bytes, offset); }

ssize_t writev(int file, const struct iovec *parts, int count) {
    struct stat status;
    if (watched(file, &status) == 0) {
        return syscall(SYS_writev, file, parts, count);
    }
    /* A short write is a write. */
    return count == 0 ? 0 : written(file, parts[0].iov_base, parts[0].iov_len, -1);
}

static int cut(int file, int64_t length) {
    struct stat status;
    uint64_t inode = watched(file, &status);
    if (inode != 0 && is_full() && length > status.st_size) {
        return no_room();
    }
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_ftruncate, file, length);
    int failure = errno;
    if (done == 0 && inode != 0) {
        note(TRUNCATE, NULL, 0, inode, (uint64_t)length, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

/* What would change a file behind the journal's back ends the host, so that no run is taken for more than it was. */
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *offset, size_t bytes, unsigned int flags) {
    struct stat status;
    if (watched(to, &status) != 0) {
        give_up("disk: copy_file_range is not watched\n");
    }
    return syscall(SYS_copy_file_range, from, at, to, offset, bytes, flags);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t bytes) {
    struct stat status;
    if (watched(to, &status) != 0) {
        give_up("disk: sendfile is not watched\n");
    }
    return syscall(SYS_sendfile, to, from, at, bytes);
}
int fallocate(int file, int how, off_t offset, off_t bytes) {
    struct stat status;
    if (watched(file, &status) != 0) {
        give_up("disk: fallocate is not watched\n");
    }
    return (int)syscall(SYS_fallocate, file, how, offset, bytes);
}

/* ---- syncs ---- */

static int synced(int file, long call) {
    struct stat status;
    char path[PATH_MAX];
    if (root_bytes == 0 || fstat(file, &status) != 0 || !path_of(file, path)) {
        return (int)syscall(call, file);
    }
    int is_folder = S_ISDIR(status.st_mode);
    pthread_mutex_lock(&lock);
    uint64_t begun = journal_bytes;
    int fails = control != NULL && control->failing_syncs > 0 && strstr(path, (const char *)control->part) != NULL;
    if (fails) {
        control->failing_syncs--;
        /* What could not be written is dropped, and the next sync knows nothing of it. */
        note(LOST, path + root_bytes, is_folder ? strlen(path + root_bytes) : 0, is_folder ? 0 : status.st_ino, begun, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    if (fails) {
        errno = EIO;
        return -1;
    }
    int done = (int)syscall(call, file);
    int failure = errno;
    if (done == 0) {
        pthread_mutex_lock(&lock);
        if (is_folder) {
            note(SYNC_FOLDER, path + root_bytes, strlen(path + root_bytes), 0, begun, NULL, 0);
        } else {
            note(SYNC, NULL, 0, status.st_ino, begun, NULL, 0);
        }
        pthread_mutex_unlock(&lock);
    }
    errno = failure;
    return done;
}
int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }
