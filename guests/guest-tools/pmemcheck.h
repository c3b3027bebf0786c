// SPDX-License-Identifier: MIT
/* What the parts of pmemcheck have in common. */
#ifndef PMEMCHECK_H
#define PMEMCHECK_H

/* Ends the program with what failed and errno's words. */
void __attribute__((noreturn)) die(const char *what);

/* Subcommands; `argv` begins behind the subcommand's name. */
int stamp(char **argv);
int stamps(char **argv);
int scatter(char **argv);
int scattered(char **argv);
int map(char **argv);
int poison(char **argv);
int kexec_load(char **argv);
int kexec(char **argv);

#endif
