// What can happen to a process at night, put between it and the kernel by LD_PRELOAD. For tests only.
//
//   BAD_NIGHT_FOLDER=dir     only files under this folder are meant
//   BAD_NIGHT_FULL=file      while this file exists, writing under the folder fails with ENOSPC
//   BAD_NIGHT_KILL_AT=text   the process kills itself at its first send that holds the text, before a byte leaves
//   BAD_NIGHT_CLOCK=file     the wall clock is set aside by the seconds that stand in this file
//   BAD_NIGHT_UNSYNCED=1     what each write replaces is kept in `<file>.unsynced` until the next sync of the file;
//                            `undo <file>.unsynced` (the same source, built with -DUNDO) then takes back, newest first,
//                            what a power cut would have lost
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// One replaced stretch: where it was, how much of it there was, and how long the file was; the bytes follow.
struct entry {
  int64_t offset, length, file_size;
};

#ifdef UNDO

int main(int count, char **names) {
  long undone = 0;
  for (int i = 1; i < count; i++) {
    size_t name_length = strlen(names[i]);
    char target[4096];
    snprintf(target, sizeof target, "%.*s", (int)(name_length - strlen(".unsynced")), names[i]);
    FILE *journal = fopen(names[i], "rb");
    int file = open(target, O_RDWR);
    if (!journal || file < 0) { perror(names[i]); return 1; }
    long places[200000];
    long entries = 0;
    struct entry entry;
    for (;;) {
      long place = ftell(journal);
      if (fread(&entry, sizeof entry, 1, journal) != 1) break;
      if (fseek(journal, entry.length, SEEK_CUR) != 0) break;
      if (entries == 200000) { fprintf(stderr, "too much to take back\n"); return 1; }
      places[entries++] = place;
    }
    while (entries-- > 0) {
      fseek(journal, places[entries], SEEK_SET);
      if (fread(&entry, sizeof entry, 1, journal) != 1) return 1;
      char *bytes = malloc(entry.length + 1);
      // The last entry may have been cut by the kill: then its write never happened.
      if (fread(bytes, 1, entry.length, journal) == (size_t)entry.length) {
        if (pwrite(file, bytes, entry.length, entry.offset) != entry.length) { perror(target); return 1; }
        if (ftruncate(file, entry.file_size) != 0) { perror(target); return 1; }
        undone++;
      }
      free(bytes);
    }
    fclose(journal);
    close(file);
    unlink(names[i]);
  }
  printf("%ld writes taken back\n", undone);
  return 0;
}

#else

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_ftruncate)(int, off_t), (*real_fallocate)(int, int, off_t, off_t);
static const char *folder, *full, *kill_at, *clock_file;
static int keeps_unsynced;
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_send = dlsym(RTLD_NEXT, "send");
  real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fallocate = dlsym(RTLD_NEXT, "fallocate64");
  folder = getenv("BAD_NIGHT_FOLDER");
  full = getenv("BAD_NIGHT_FULL");
  kill_at = getenv("BAD_NIGHT_KILL_AT");
  clock_file = getenv("BAD_NIGHT_CLOCK");
  keeps_unsynced = getenv("BAD_NIGHT_UNSYNCED") != NULL;
}

// The file behind a descriptor where it lies under the folder; 0 where it does not.
static int meant(int fd, char path[4096]) {
  if (!folder) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4095);
  if (length <= 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}

static int is_full(int fd) {
  char path[4096];
  if (!full || access(full, F_OK) != 0 || !meant(fd, path)) return 0;
  errno = ENOSPC;
  return 1;
}

static void check_words(const void *bytes, size_t length) {
  if (kill_at && memmem(bytes, length, kill_at, strlen(kill_at))) kill(getpid(), SIGKILL);
}

static void keep(int fd, int64_t offset, int64_t length, int64_t new_size) {
  char path[4096], journal[4200];
  if (!keeps_unsynced || !meant(fd, path) || strstr(path, "-shm")) return;
  struct stat state;
  if (fstat(fd, &state) != 0 || !S_ISREG(state.st_mode)) return;
  int64_t had = state.st_size > offset ? state.st_size - offset : 0;
  if (new_size >= 0 && new_size < state.st_size) { offset = new_size; had = length = state.st_size - new_size; }
  if (had > length) had = length;
  snprintf(journal, sizeof journal, "%s.unsynced", path);
  char *record = malloc(sizeof(struct entry) + had);
  struct entry *entry = (struct entry *)record;
  *entry = (struct entry){ offset, had, state.st_size };
  int again = open(path, O_RDONLY);
  if (again >= 0) {
    if (had && pread(again, record + sizeof *entry, had, offset) != had) abort();
    close(again);
  }
  int out = open(journal, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (out < 0 || real_write(out, record, sizeof *entry + had) < 0) abort();
  close(out);
  free(record);
}

static void synced(int fd) {
  char path[4096], journal[4200];
  if (!keeps_unsynced || !meant(fd, path)) return;
  snprintf(journal, sizeof journal, "%s.unsynced", path);
  unlink(journal);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
  if (is_full(fd)) return -1;
  if (!keeps_unsynced) return real_pwrite(fd, bytes, length, offset);
  pthread_mutex_lock(&journal_lock);
  keep(fd, offset, length, -1);
  ssize_t done = real_pwrite(fd, bytes, length, offset);
  pthread_mutex_unlock(&journal_lock);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
  check_words(bytes, length);
  if (is_full(fd)) return -1;
  if (!keeps_unsynced) return real_write(fd, bytes, length);
  pthread_mutex_lock(&journal_lock);
  struct stat state;
  if (fstat(fd, &state) == 0 && S_ISREG(state.st_mode)) {
    int append = fcntl(fd, F_GETFL) & O_APPEND;
    keep(fd, append ? state.st_size : lseek(fd, 0, SEEK_CUR), length, -1);
  }
  ssize_t done = real_write(fd, bytes, length);
  pthread_mutex_unlock(&journal_lock);
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  for (int i = 0; i < count; i++) check_words(parts[i].iov_base, parts[i].iov_len);
  return is_full(fd) ? -1 : real_writev(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  check_words(bytes, length);
  return real_send(fd, bytes, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  for (size_t i = 0; i < message->msg_iovlen; i++)
    check_words(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
  return real_sendmsg(fd, message, flags);
}

int ftruncate64(int fd, off_t size) {
  if (!keeps_unsynced) return real_ftruncate(fd, size);
  pthread_mutex_lock(&journal_lock);
  struct stat state;
  if (fstat(fd, &state) == 0) keep(fd, state.st_size < size ? state.st_size : size, 0, size);
  int done = real_ftruncate(fd, size);
  pthread_mutex_unlock(&journal_lock);
  return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fallocate64(int fd, int mode, off_t offset, off_t length) {
  return is_full(fd) ? -1 : real_fallocate(fd, mode, offset, length);
}

int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }

int posix_fallocate64(int fd, off_t offset, off_t length) {
  return is_full(fd) ? ENOSPC : (real_fallocate(fd, 0, offset, length) == 0 ? 0 : errno);
}

int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

// A slow disk: more kills fall between a write and its sync.
static void wait_for_disk(int fd) {
  char path[4096];
  if (keeps_unsynced && meant(fd, path)) usleep(10000);
}

int fsync(int fd) {
  wait_for_disk(fd);
  pthread_mutex_lock(&journal_lock);
  int done = real_fsync(fd);
  if (done == 0) synced(fd);
  pthread_mutex_unlock(&journal_lock);
  return done;
}

int fdatasync(int fd) {
  wait_for_disk(fd);
  pthread_mutex_lock(&journal_lock);
  int done = real_fdatasync(fd);
  if (done == 0) synced(fd);
  pthread_mutex_unlock(&journal_lock);
  return done;
}

static long aside(void) {
  char text[32] = "";
  int fd = clock_file ? (int)syscall(SYS_openat, AT_FDCWD, clock_file, O_RDONLY) : -1;
  if (fd < 0) return 0;
  if (syscall(SYS_read, fd, text, sizeof text - 1) < 0) text[0] = 0;
  close(fd);
  return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int done = (int)syscall(SYS_clock_gettime, clock, now);
  if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += aside();
  return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}

#endif
