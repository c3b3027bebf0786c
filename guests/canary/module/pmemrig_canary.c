// SPDX-License-Identifier: GPL-2.0
/*
 * Makes one kernel problem on command, so that a test rig can show that it sees it.
 *
 *   cat /proc/pmemrig_canary                      every command, and the option that this kernel lacks for it
 *   echo abba > /proc/pmemrig_canary
 *   echo "hung-task 10" > /proc/pmemrig_canary    for ten seconds
 *
 * Each command makes one kind of report and no other. What it does is as tame as that allows: no lock is really waited
 * for, and each spin has its end. Built for kernels from 5.10 on; nothing but interfaces that all of them have.
 */
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nmi.h>
#include <linux/preempt.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define CONTROL_NAME "pmemrig_canary"
#define MAX_COMMAND 64
/* More would only keep a guest that nobody waits for any more. */
#define MAX_SECONDS 120

static DEFINE_MUTEX(canary_first);
static DEFINE_MUTEX(canary_second);

/* The second order alone is the inversion; one task makes both, so nobody ever waits. */
static void canary_abba(unsigned int seconds)
{
	mutex_lock(&canary_first);
	mutex_lock(&canary_second);
	mutex_unlock(&canary_second);
	mutex_unlock(&canary_first);

	mutex_lock(&canary_second);
	mutex_lock(&canary_first);
	mutex_unlock(&canary_first);
	mutex_unlock(&canary_second);
}

/* Two locks of one class, which to lockdep is one lock taken twice. */
static void canary_recursive(unsigned int seconds)
{
	static struct mutex twins[2];
	int i;

	for (i = 0; i < 2; i++)
		mutex_init(&twins[i]);
	mutex_lock(&twins[0]);
	mutex_lock(&twins[1]);
	mutex_unlock(&twins[1]);
	mutex_unlock(&twins[0]);
}

static DEFINE_SPINLOCK(canary_irq_lock);

static void canary_in_interrupt(struct irq_work *work)
{
	spin_lock(&canary_irq_lock);
	spin_unlock(&canary_irq_lock);
}

/* A lock that an interrupt takes, taken with interrupts enabled. */
static void canary_irq_unsafe(unsigned int seconds)
{
	static struct irq_work work;

	init_irq_work(&work, canary_in_interrupt);
	irq_work_queue(&work);
	irq_work_sync(&work);

	spin_lock(&canary_irq_lock);
	spin_unlock(&canary_irq_lock);
}

static DEFINE_SPINLOCK(canary_atomic_lock);

/* The check alone: to sleep here would be reported a second time by the scheduler. */
static void canary_sleep_in_atomic(unsigned int seconds)
{
	spin_lock(&canary_atomic_lock);
	might_sleep();
	spin_unlock(&canary_atomic_lock);
}

static int canary_rcu_target;
static int __rcu *canary_rcu_pointer = (int __rcu __force *)&canary_rcu_target;

static void canary_suspicious_rcu(unsigned int seconds)
{
	WRITE_ONCE(canary_rcu_target, *rcu_dereference(canary_rcu_pointer) + 1);
}

static DEFINE_MUTEX(canary_kept);

static int canary_exits(void *unused)
{
	mutex_lock(&canary_kept);
	return 0;
}

/* A thread, since a system call that returns with a lock is another kind of report. */
static void canary_held_at_exit(unsigned int seconds)
{
	struct task_struct *thread = kthread_run(canary_exits, NULL, "canary-exits");

	if (IS_ERR(thread))
		pr_err("no thread: %ld\n", PTR_ERR(thread));
}

static void canary_warn(unsigned int seconds)
{
	WARN(1, "planted by the canary\n");
}

static int *canary_nowhere;

static void canary_oops(unsigned int seconds)
{
	/* Volatile: the compiler must not see that it is NULL. */
	*(volatile int *)READ_ONCE(canary_nowhere) = 1;
}

/* The writer itself hangs, as one does in fsync() on a device that never answers. */
static void canary_hung_task(unsigned int seconds)
{
	schedule_timeout_uninterruptible(seconds * HZ);
}

static void canary_spin(unsigned int seconds, bool calm_watchdog)
{
	unsigned long end = jiffies + seconds * HZ;

	preempt_disable();
	while (time_before(jiffies, end)) {
		if (calm_watchdog)
			touch_softlockup_watchdog();
		cpu_relax();
	}
	preempt_enable();
}

static void canary_soft_lockup(unsigned int seconds)
{
	canary_spin(seconds, false);
}

static struct rcu_head canary_rcu_head;
static bool canary_rcu_wanted;

static void canary_rcu_again(struct rcu_head *head)
{
	if (READ_ONCE(canary_rcu_wanted))
		call_rcu(head, canary_rcu_again);
}

/* A reader that never leaves. The soft lockup that it is too is kept quiet. */
static void canary_rcu_stall(unsigned int seconds)
{
	unsigned long before, end = jiffies + HZ;

	/* The timeout of a grace period is fixed at its beginning: one that is under way may have the old one. */
	synchronize_rcu();
	/* Somebody has to want grace periods, and one must have begun: on a single CPU the thread that begins it is stalled as well. */
	WRITE_ONCE(canary_rcu_wanted, true);
	before = get_state_synchronize_rcu();
	call_rcu(&canary_rcu_head, canary_rcu_again);
	while (get_state_synchronize_rcu() == before && time_before(jiffies, end))
		cond_resched();

	rcu_read_lock();
	/* That one may have ended at once. Where a reader can be preempted (full or lazy), the next one begins now, and waits for this reader. */
	before = get_state_synchronize_rcu();
	end = jiffies + HZ;
	while (get_state_synchronize_rcu() == before && time_before(jiffies, end))
		cpu_relax();
	canary_spin(seconds, true);
	rcu_read_unlock();
	WRITE_ONCE(canary_rcu_wanted, false);
}

static void canary_panic(unsigned int seconds)
{
	panic("planted by the canary");
}

struct canary {
	const char *name;
	void (*sing)(unsigned int seconds);
	/* The option without which this kernel would say nothing; NULL if it has all. */
	const char *lacks;
};

#define NEEDS(option) (IS_BUILTIN(option) ? NULL : #option)

static const struct canary canaries[] = {
	{ "abba", canary_abba, NEEDS(CONFIG_PROVE_LOCKING) },
	{ "recursive", canary_recursive, NEEDS(CONFIG_PROVE_LOCKING) },
	{ "irq-unsafe", canary_irq_unsafe, NEEDS(CONFIG_PROVE_LOCKING) },
	{ "sleep-in-atomic", canary_sleep_in_atomic, NEEDS(CONFIG_DEBUG_ATOMIC_SLEEP) },
	{ "suspicious-rcu", canary_suspicious_rcu, NEEDS(CONFIG_PROVE_RCU) },
	{ "held-at-exit", canary_held_at_exit, NEEDS(CONFIG_LOCKDEP) },
	{ "warn", canary_warn, NEEDS(CONFIG_BUG) },
	{ "oops", canary_oops, NULL },
	{ "hung-task", canary_hung_task, NEEDS(CONFIG_DETECT_HUNG_TASK) },
	{ "soft-lockup", canary_soft_lockup, NEEDS(CONFIG_SOFTLOCKUP_DETECTOR) },
	{ "rcu-stall", canary_rcu_stall, NEEDS(CONFIG_RCU_STALL_COMMON) },
	{ "panic", canary_panic, NULL },
};

static int canary_show(struct seq_file *file, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(canaries); i++)
		seq_printf(file, "%s%s%s\n", canaries[i].name, canaries[i].lacks ? " " : "", canaries[i].lacks ?: "");
	return 0;
}

static int canary_open(struct inode *inode, struct file *file)
{
	return single_open(file, canary_show, NULL);
}

static ssize_t canary_write(struct file *file, const char __user *buffer, size_t count, loff_t *position)
{
	char text[MAX_COMMAND];
	char *name, *words = text;
	unsigned int seconds = 10;
	size_t i;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buffer, count))
		return -EFAULT;
	text[count] = '\0';
	words = strim(text);
	name = strsep(&words, " ");
	if (words && (kstrtouint(words, 10, &seconds) || seconds > MAX_SECONDS))
		return -EINVAL;

	for (i = 0; i < ARRAY_SIZE(canaries); i++) {
		if (strcmp(name, canaries[i].name))
			continue;
		if (canaries[i].lacks)
			return -EOPNOTSUPP;
		canaries[i].sing(seconds);
		return count;
	}
	return -EINVAL;
}

static const struct proc_ops canary_ops = {
	.proc_open = canary_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = canary_write,
};

/* No exit function: what the commands leave behind is in the module's own memory, so it stays. */
static int __init canary_init(void)
{
	return proc_create(CONTROL_NAME, 0600, NULL, &canary_ops) ? 0 : -ENOMEM;
}
module_init(canary_init);

MODULE_DESCRIPTION("Makes kernel problems on command");
MODULE_LICENSE("GPL");
