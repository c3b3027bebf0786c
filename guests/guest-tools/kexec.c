// SPDX-License-Identifier: MIT
/* A kernel that the running one starts itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "pmemcheck.h"

/* pmemcheck kexec-load KERNEL INITRAMFS COMMAND-LINE: prints `ok`, or an errno's name. */
int kexec_load(char **argv)
{
	int kernel = open(argv[0], O_RDONLY), initramfs = open(argv[1], O_RDONLY);

	if (kernel < 0 || initramfs < 0)
		die("open");
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(argv[2]) + 1, argv[2], 0UL))
		puts(strerrorname_np(errno));
	else
		puts("ok");
	return 0;
}

/* pmemcheck kexec: starts what was loaded. Does not return. */
int kexec(char **argv)
{
	reboot(RB_KEXEC);
	die("reboot");
}
