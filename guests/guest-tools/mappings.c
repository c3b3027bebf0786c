// SPDX-License-Identifier: MIT
/* What the rules of `dax` ask of mappings: pages written through them, found again on the device, and poisoned. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "pmemcheck.h"

enum { PAGE = 4096, HUGE = 2 << 20, CHUNK = 1 << 20 };

static const uint64_t MAGIC = 0x706d656d72696721ull;

/* Each page of a stamp says which it is, in its first words and all through. */
static void stamp_page(uint64_t *page, uint64_t number, uint64_t salt)
{
	page[0] = MAGIC ^ salt;
	page[1] = number;
	for (size_t i = 2; i < PAGE / sizeof(*page); i++)
		page[i] = (MAGIC ^ salt) + number * 0x9e3779b97f4a7c15ull + i;
}

/* A device-DAX node maps in whole pages of its alignment only. */
static char *map_around(int fd, off_t at, size_t length, char **map, size_t *mapped)
{
	struct stat st;
	off_t from = at;

	*mapped = length;
	if (fstat(fd, &st))
		die("fstat");
	if (S_ISCHR(st.st_mode)) {
		from = at / HUGE * HUGE;
		*mapped = (at + length - from + HUGE - 1) / HUGE * HUGE;
	}
	*map = mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, from);
	if (*map == MAP_FAILED)
		die("mmap");
	return *map + (at - from);
}

/* pmemcheck stamp PATH OFFSET PAGES SALT: writes pages through a shared mapping, and syncs them. */
int stamp(char **argv)
{
	int fd = open(argv[0], O_RDWR);
	off_t at = strtoull(argv[1], NULL, 10);
	size_t pages = strtoull(argv[2], NULL, 10), mapped;
	char *map, *begin;

	if (fd < 0)
		die(argv[0]);
	begin = map_around(fd, at, pages * PAGE, &map, &mapped);
	for (size_t i = 0; i < pages; i++)
		stamp_page((uint64_t *)(begin + i * PAGE), i, strtoull(argv[3], NULL, 10));
	/* A device-DAX node has no sync. */
	if (msync(map, mapped, MS_SYNC) && errno != EINVAL)
		die("msync");
	return 0;
}

static void find_in(const char *chunk, size_t length, uint64_t at, uint64_t salt)
{
	uint64_t expected[PAGE / sizeof(uint64_t)];

	for (size_t i = 0; i + PAGE <= length; i += PAGE) {
		const uint64_t *page = (const uint64_t *)(chunk + i);

		if (page[0] != (MAGIC ^ salt))
			continue;
		stamp_page(expected, page[1], salt);
		printf("stamp %llu %llu %s\n", (unsigned long long)page[1], (unsigned long long)(at + i),
		       memcmp(page, expected, PAGE) ? "torn" : "whole");
	}
}

/* pmemcheck stamps PATH SALT BYTES: prints `stamp NUMBER OFFSET whole|torn` for each stamped page of the first BYTES. */
int stamps(char **argv)
{
	uint64_t salt = strtoull(argv[1], NULL, 10);
	struct stat st;
	int fd;

	if (stat(argv[0], &st))
		die(argv[0]);
	if (S_ISCHR(st.st_mode)) {
		size_t end = strtoull(argv[2], NULL, 10);
		char *map;

		fd = open(argv[0], O_RDONLY);
		map = fd < 0 ? MAP_FAILED : mmap(NULL, end, PROT_READ, MAP_SHARED, fd, 0);
		if (map == MAP_FAILED)
			die("mmap");
		find_in(map, end, 0, salt);
		return 0;
	}
	fd = open(argv[0], O_RDONLY | O_DIRECT);
	if (fd < 0)
		die(argv[0]);
	for (uint64_t at = 0, end = strtoull(argv[2], NULL, 10); at < end;) {
		static char chunk[CHUNK] __attribute__((aligned(PAGE)));
		ssize_t got = pread(fd, chunk, end - at < CHUNK ? end - at : CHUNK, at);

		if (got < 0)
			die("pread");
		if (got == 0)
			break;
		find_in(chunk, got, at, salt);
		at += got;
	}
	return 0;
}

/* The pages of a scatter that are stored to: each STEPth, from the first on. */
static int is_stored(size_t page, size_t step)
{
	return page % step == 0;
}

/*
 * pmemcheck scatter PATH PAGES STEP SALT: stores to each STEPth page of PAGES through a mapping with MAP_SYNC, and syncs
 * nothing. A mapping without MAP_SYNC takes its place where syncs are left out.
 */
int scatter(char **argv)
{
	int fd = open(argv[0], O_RDWR);
	size_t pages = strtoull(argv[1], NULL, 10), step = strtoull(argv[2], NULL, 10);
	int flags = getenv("PMEMCHECK_NO_SYNC") ? MAP_SHARED : MAP_SHARED_VALIDATE | MAP_SYNC;
	char *map;

	if (fd < 0)
		die(argv[0]);
	map = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (map == MAP_FAILED)
		die("mmap");
	for (size_t i = 0; i < pages; i++)
		if (is_stored(i, step))
			stamp_page((uint64_t *)(map + i * PAGE), i, strtoull(argv[3], NULL, 10));
	return 0;
}

/*
 * pmemcheck scattered PATH PAGES STEP SALT: reads what `scatter` left and prints `stored N`, pages that are there byte
 * for byte, `lost N`, `zeros N`, pages that nobody stored to, and `stale N`, such that are no zeros or no part of the file.
 */
int scattered(char **argv)
{
	static const char zeros[PAGE];
	uint64_t expected[PAGE / sizeof(uint64_t)], page[PAGE / sizeof(uint64_t)];
	size_t pages = strtoull(argv[1], NULL, 10), step = strtoull(argv[2], NULL, 10);
	size_t stored = 0, lost = 0, zero = 0, stale = 0;
	int fd = open(argv[0], O_RDONLY);

	if (fd < 0)
		die(argv[0]);
	for (size_t i = 0; i < pages; i++) {
		int whole = pread(fd, page, PAGE, (off_t)i * PAGE) == PAGE;

		if (is_stored(i, step)) {
			stamp_page(expected, i, strtoull(argv[3], NULL, 10));
			*(whole && !memcmp(page, expected, PAGE) ? &stored : &lost) += 1;
		} else {
			*(whole && !memcmp(page, zeros, PAGE) ? &zero : &stale) += 1;
		}
	}
	printf("stored %zu\nlost %zu\nzeros %zu\nstale %zu\n", stored, lost, zero, stale);
	return 0;
}

static sigjmp_buf back;
static int code;

static void on_bus(int number, siginfo_t *info, void *context)
{
	code = info->si_code;
	siglongjmp(back, 1);
}

static const char *bus_code(void)
{
	switch (code) {
	case BUS_ADRALN:
		return "BUS_ADRALN";
	case BUS_ADRERR:
		return "BUS_ADRERR";
	case BUS_MCEERR_AR:
		return "BUS_MCEERR_AR";
	case BUS_MCEERR_AO:
		return "BUS_MCEERR_AO";
	}
	return "SIGBUS";
}

/* Touches a mapped byte: `ok`, or the code of the SIGBUS. */
static const char *touch(volatile char *at, int write)
{
	struct sigaction on = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &on, NULL);
	if (sigsetjmp(back, 1))
		return bus_code();
	if (write)
		*at = 'w';
	else
		(void)*at;
	return "ok";
}

/*
 * pmemcheck map PATH shared|sync|private|read OFFSET LENGTH: maps and touches the first byte. Prints an errno's name for
 * a refused map, the code of a SIGBUS, or `ok`.
 */
int map(char **argv)
{
	int shared = strcmp(argv[1], "private"), reads = !strcmp(argv[1], "read");
	int flags = !strcmp(argv[1], "sync") ? MAP_SHARED_VALIDATE | MAP_SYNC : shared ? MAP_SHARED : MAP_PRIVATE;
	int fd = open(argv[0], reads ? O_RDONLY : O_RDWR);
	char *at;

	if (fd < 0)
		die(argv[0]);
	at = mmap(NULL, strtoull(argv[3], NULL, 10), reads ? PROT_READ : PROT_READ | PROT_WRITE, flags, fd,
		  strtoull(argv[2], NULL, 10));
	if (at == MAP_FAILED)
		puts(strerrorname_np(errno));
	else
		puts(touch(at, !reads));
	return 0;
}

/*
 * pmemcheck poison PATH OFFSET LENGTH: maps, touches and poisons the page there. Prints the code of the SIGBUS that the
 * process then gets, by madvise(2) or by its next load; `ok` if none comes, or an errno's name.
 */
int poison(char **argv)
{
	struct sigaction on = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };
	int fd = open(argv[0], O_RDWR);
	char *at;

	if (fd < 0)
		die(argv[0]);
	at = mmap(NULL, strtoull(argv[2], NULL, 10), PROT_READ | PROT_WRITE, MAP_SHARED, fd, strtoull(argv[1], NULL, 10));
	if (at == MAP_FAILED)
		die("mmap");
	*(volatile char *)at = 'p';
	sigaction(SIGBUS, &on, NULL);
	if (sigsetjmp(back, 1))
		puts(bus_code());
	else if (!getenv("PMEMCHECK_NO_FAULT") && madvise(at, PAGE, MADV_HWPOISON))
		puts(strerrorname_np(errno));
	else
		puts(touch(at, 0));
	return 0;
}
