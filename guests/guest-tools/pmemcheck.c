// SPDX-License-Identifier: MIT
/*
 * What the rules of `flush` and `dax` need in a guest, and no tool of the field does: calls timed one by one in many
 * threads, writes that are acknowledged as they are synced, and their verification after a power cut.
 *
 * PMEMCHECK_NO_SYNC in the environment leaves the sync calls and MAP_SYNC out, and PMEMCHECK_NO_FAULT the poison, for the
 * proof that the rules notice it. PMEMCHECK_PAUSE_MS is how long a thread of `calls` pauses at most before each of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "pmemcheck.h"

enum { BLOCK = 4096 };

/* One way to make a write durable. */
struct way {
	const char *name;
	int open_flags;
	/* The write itself waits for durability. */
	int by_write;
	int (*sync)(int fd, char *map, off_t at);
};

static int no_sync;
static unsigned int pause_us;

static int by_fsync(int fd, char *map, off_t at)
{
	return fsync(fd);
}

static int by_fdatasync(int fd, char *map, off_t at)
{
	return fdatasync(fd);
}

static int by_msync(int fd, char *map, off_t at)
{
	return msync(map + at, BLOCK, MS_SYNC);
}

/* sync_file_range(2) alone promises nothing of the device's cache: fsync(2) behind it does. */
static int by_range(int fd, char *map, off_t at)
{
	if (sync_file_range(fd, at, BLOCK, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER))
		return -1;
	return fsync(fd);
}

static const struct way ways[] = {
	{ "fsync", 0, 0, by_fsync },
	{ "fdatasync", 0, 0, by_fdatasync },
	{ "o-dsync", O_DSYNC, 1, NULL },
	{ "o-sync", O_SYNC, 1, NULL },
	{ "msync", 0, 0, by_msync },
	{ "sync-file-range", 0, 0, by_range },
	/* On a block device a direct write with O_DSYNC is a bio with REQ_FUA. */
	{ "fua", O_DIRECT | O_DSYNC, 1, NULL },
};

void die(const char *what)
{
	fprintf(stderr, "pmemcheck: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t))
		die("clock_gettime");
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static char *map_file(int fd, size_t length)
{
	char *map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		die("mmap");
	return map;
}

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	fprintf(stderr, "pmemcheck: no way to sync is named %s\n", name);
	exit(2);
}

/* A block that tells its number and who wrote it. */
static void fill(char *block, uint64_t number, uint64_t salt)
{
	uint64_t *words = (uint64_t *)block;

	for (size_t i = 0; i < BLOCK / sizeof(*words); i++)
		words[i] = number * 0x9e3779b97f4a7c15ull + salt + i;
	words[0] = number;
}

static int is_filled(const char *block, uint64_t number, uint64_t salt)
{
	char expected[BLOCK] __attribute__((aligned(8)));

	fill(expected, number, salt);
	return !memcmp(block, expected, BLOCK);
}

struct job {
	pthread_t thread;
	int index, calls, threads;
	const struct way *way;
	const char *path;
	pthread_barrier_t *start;
};

static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;

/*
 * Writes a block of its own before each call and prints the call:
 * `call PATH THREAD NUMBER BEGAN_US ENDED_US RESULT`, the result `ok` or an errno's name.
 */
static void *call_in_turn(void *argument)
{
	struct job *job = argument;
	char block[BLOCK] __attribute__((aligned(BLOCK)));
	int fd = open(job->path, O_RDWR | job->way->open_flags);
	unsigned int seed = job->index + 1;
	char *map = NULL;

	/* A file system that has shut itself down refuses even this: each call then has that result. */
	int refused = fd < 0 ? errno : 0;

	if (!refused && job->way->sync == by_msync)
		map = map_file(fd, (size_t)job->threads * BLOCK);
	pthread_barrier_wait(job->start);
	for (int i = 0; i < job->calls; i++) {
		off_t at = (off_t)job->index * BLOCK;
		uint64_t began, ended;
		int failed = refused != 0, error = 0;

		if (pause_us)
			usleep(rand_r(&seed) % pause_us);
		errno = refused;

		fill(block, i, job->index);
		began = now_us();
		if (refused)
			;
		else if (map)
			memcpy(map + at, block, BLOCK);
		else if (!(job->way->by_write && no_sync))
			failed = pwrite(fd, block, BLOCK, at) != BLOCK;
		/*
		 * A write that is to wait is the call; else the call begins after it. A file system that has shut
		 * itself down refuses the write already.
		 */
		if (!job->way->by_write && !failed) {
			began = now_us();
			if (!no_sync)
				failed = job->way->sync(fd, map, at) != 0;
		}
		if (failed)
			error = errno;
		ended = now_us();
		pthread_mutex_lock(&output);
		printf("call %s %d %d %llu %llu %s\n", job->path, job->index, i, (unsigned long long)began,
		       (unsigned long long)ended, failed ? strerrorname_np(error) : "ok");
		fflush(stdout);
		pthread_mutex_unlock(&output);
	}
	close(fd);
	return NULL;
}

/* pmemcheck calls WAY PATH THREADS CALLS: PATH exists and has a block for each thread. */
static int calls(char **argv)
{
	int threads = atoi(argv[2]);
	struct job *jobs = calloc(threads, sizeof(*jobs));
	pthread_barrier_t start;

	if (!jobs || pthread_barrier_init(&start, NULL, threads))
		die("threads");
	for (int i = 0; i < threads; i++) {
		jobs[i] = (struct job){ .index = i, .calls = atoi(argv[3]), .threads = threads,
					.way = find_way(argv[0]), .path = argv[1], .start = &start };
		errno = pthread_create(&jobs[i].thread, NULL, call_in_turn, &jobs[i]);
		if (errno)
			die("pthread_create");
	}
	for (int i = 0; i < threads; i++)
		pthread_join(jobs[i].thread, NULL);
	return 0;
}

/*
 * pmemcheck acknowledge PATH BLOCKS SALT: writes and syncs block after block, and prints `acked N` once the sync of
 * block N has returned. Goes round for ever: block N lies at N % BLOCKS.
 */
static int acknowledge(char **argv)
{
	char block[BLOCK] __attribute__((aligned(BLOCK)));
	uint64_t blocks = strtoull(argv[1], NULL, 10), salt = strtoull(argv[2], NULL, 10);
	int fd = open(argv[0], O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		die(argv[0]);
	for (uint64_t i = 0;; i++) {
		fill(block, i, salt);
		if (pwrite(fd, block, BLOCK, (off_t)(i % blocks) * BLOCK) != BLOCK)
			die("pwrite");
		if (!no_sync && fdatasync(fd))
			die("fdatasync");
		printf("acked %llu\n", (unsigned long long)i);
		fflush(stdout);
	}
}

/* The number of the whole block at a place of the file, or -1. */
static int64_t read_number(int fd, uint64_t place, uint64_t blocks, uint64_t salt)
{
	char block[BLOCK] __attribute__((aligned(8)));
	uint64_t number;

	if (pread(fd, block, BLOCK, (off_t)place * BLOCK) != BLOCK)
		return -1;
	memcpy(&number, block, sizeof(number));
	return number % blocks == place && is_filled(block, number, salt) ? (int64_t)number : -1;
}

/*
 * pmemcheck verify PATH BLOCKS SALT LAST: every block up to LAST is there, or one that was written over it later: the
 * guest may have gone rounds further than its last word that got out. The one that was being written as the power went
 * may be torn. Prints `lost N` for each other that is not there, and `newest N`.
 */
static int verify(char **argv)
{
	uint64_t blocks = strtoull(argv[1], NULL, 10), salt = strtoull(argv[2], NULL, 10);
	uint64_t last = strtoull(argv[3], NULL, 10);
	int64_t newest = -1;
	int fd = open(argv[0], O_RDONLY);

	if (fd < 0)
		die(argv[0]);
	for (uint64_t place = 0; place < blocks; place++) {
		int64_t number = read_number(fd, place, blocks, salt);

		if (number > newest)
			newest = number;
	}
	for (uint64_t i = last + 1 > blocks ? last + 1 - blocks : 0; i <= last; i++) {
		int64_t number = read_number(fd, i % blocks, blocks, salt);

		if (number >= (int64_t)i)
			continue;
		if (number == -1 && newest >= (int64_t)last && i % blocks == (uint64_t)(newest + 1) % blocks)
			continue;
		printf("lost %llu\n", (unsigned long long)i);
	}
	printf("newest %lld\n", (long long)newest);
	return 0;
}

struct command {
	const char *name, *arguments;
	int count;
	int (*run)(char **argv);
};

static const struct command commands[] = {
	{ "calls", "WAY PATH THREADS CALLS", 4, calls },
	{ "acknowledge", "PATH BLOCKS SALT", 3, acknowledge },
	{ "verify", "PATH BLOCKS SALT LAST", 4, verify },
	{ "stamp", "PATH OFFSET PAGES SALT", 4, stamp },
	{ "stamps", "PATH SALT BYTES", 3, stamps },
	{ "scatter", "PATH PAGES STEP SALT", 4, scatter },
	{ "scattered", "PATH PAGES STEP SALT", 4, scattered },
	{ "map", "PATH shared|sync|private|read OFFSET LENGTH", 4, map },
	{ "poison", "PATH OFFSET LENGTH", 3, poison },
	{ "kexec-load", "KERNEL INITRAMFS COMMAND-LINE", 3, kexec_load },
	{ "kexec", "", 0, kexec },
};

int main(int argc, char **argv)
{
	const char *pause_ms = getenv("PMEMCHECK_PAUSE_MS");

	no_sync = getenv("PMEMCHECK_NO_SYNC") != NULL;
	pause_us = pause_ms ? atoi(pause_ms) * 1000 : 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (argc == commands[i].count + 2 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(stderr, "usage: pmemcheck %s %s\n", commands[i].name, commands[i].arguments);
	return 2;
}
