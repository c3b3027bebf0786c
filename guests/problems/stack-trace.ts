/** Every frame has it, as have the lines that tell where a fault or a lock is; `RIP: 0010:fn+0x1/0x2` has a colon before it. */
const FRAME = /(?:^|[\s(:])(\? )?([A-Za-z_][\w.$]*)\+0x[\da-f]+\/0x[\da-f]+/;
/** A frame that was resolved already: `dax_iomap_fault+0x12/0x34 fs/dax.c:12` or `foo fs/dax.c:12 [inline]`. */
const INLINE_FRAME = /^\s+([A-Za-z_][\w.$]*) [\w./-]+:\d+ \[inline\]/;

/** x86-64 before 2.6.19: `<ffffffff802f1c12>{dm_table_destroy+18}`. */
const BRACED_FRAME = /\{(?::?\w+:)?([A-Za-z_][\w.$]*)\+\d+\}/;

/** Where the locks that are held were taken, and interrupts switched: it is no part of the defect's stack. */
const ASIDE = /^\s*#\d+: |irqs last /;

/** What compilers append to copies and parts of functions. */
const COPY_SUFFIX = /\.(?:isra|constprop|part|cold|llvm|cfi|lto_priv|localalias|clone)\b(?:\.?\d+)*/g;

/** They stand between a defect and its report, or in the stack of every report of its kind. */
const GENERIC = new RegExp(
  `^(?:${[
    // how reports are made
    String.raw`_*dump_stack\w*|dump_backtrace\w*|unwind_backtrace|show_stack\w*|show_trace\w*|spin_dump|spin_bug|check_preemption_disabled|check_bytes_and_report|object_err|print_\w+|_*warn\w*|report_bug|handle_bug|panic|_*die\w*|oops_\w+|no_context|bad_area\w*|_*bad_area\w*|kernelmode_fixup_or_oops|page_fault_oops|warn_slowpath\w*|_*might_sleep\w*|_*might_resched|_*schedule_bug|lockdep_\w+|debug_\w+|rcu_lockdep\w*`,
    // exceptions and interrupts
    String.raw`_*(?:asm_)?exc_\w+|_*(?:asm_)?sysvec_\w+|_*do_page_fault|page_fault|async_page_fault|do_error_trap|do_invalid_op|invalid_op|fixup_bug\w*|do_trap\w*|do_general_protection|general_protection|do_user_addr_fault|handle_page_fault|error_code|(?:smp_)?apic_timer_interrupt|ret_from_fork\w*|entry_\w+|el\d\w*|do_mem_abort|do_translation_fault|_*do_kernel_fault|do_DataAbort|_*dabt_\w+|brk_handler|bug_handler|call_break_hook`,
    // locks and waits: who took them or waits is what tells
    String.raw`_*lock_acquire\w*|_*lock_release\w*|lock_\w+|_*spin_\w*lock\w*|_*raw_\w*lock\w*|_*mutex_\w*lock\w*|down_\w+|up_\w+|_*down_\w+|rwsem_\w+|_*percpu_down\w+|_*schedule\w*|context_switch|io_schedule\w*|schedule_timeout\w*|wait_for_\w+|_*wait_for_\w+|do_wait_for_common|_*wait_on_bit\w*|out_of_line_wait_on_bit\w*|bit_wait\w*|preempt_schedule\w*|_*cond_resched\w*|check_\w+_dependency|check_prev\w*|check_noncircular|validate_chain|mark_lock\w*|register_lock_class|native_queued_\w+|queued_\w+|do_raw_\w+|arch_\w+_relax|rep_nop`,
    // sanitizers and checkers
    String.raw`_*kasan_\w+|_*asan_\w+|_*kmsan_\w+|_*msan_\w+|_*kcsan_\w+|_*tsan_\w+|_*ubsan_\w+|ubsan_\w+|handle_overflow|val_to_string|_*sanitizer_\w+|kfence_\w+|check_memory_region\w*|address_is_\w+|_*fortify_\w+|refcount_\w+|_*refcount_\w+|_*list_(?:add|del)\w*|list_\w+|usercopy_\w+|_*check_object_size|check_heap_object|mem(?:cpy|move|set|cmp)|_*mem(?:cpy|move|set)\w*|str\w+`,
    // allocators
    String.raw`k[mz]alloc\w*|_*k[mz]alloc\w*|kmem_cache_\w+|_*kmem_\w+|slab_\w+|_*slab_\w+|kfree\w*|_*kfree|_*alloc_pages\w*|set_track\w*|save_stack\w*|stack_trace_\w+|stack_depot_\w+|_*alloc_object|create_object|kmemleak_\w+`,
    // watchdogs and their interrupts
    String.raw`nmi_\w+|trigger_\w+|rcu_\w+|_*rcu_\w+|update_process_times|tick_\w+|_*hrtimer_\w+|hrtimer_\w+|_*run_hrtimer\w*|(?:local_)?apic_\w+|irq_exit\w*|_*irq_exit\w*|watchdog\w*|softlockup_\w+|check_hung\w*|_*softirq\w*|csd_lock_wait|do_idle`,
  ].join('|')})$`,
);

/** The function that a line of a stack trace names, without the compiler's suffixes; undefined for other lines. */
function readFrame(text: string): { readonly name: string; readonly certain: boolean } | undefined {
  if (ASIDE.test(text)) return undefined;
  const match = FRAME.exec(text);
  const name = match?.[2] ?? INLINE_FRAME.exec(text)?.[1] ?? BRACED_FRAME.exec(text)?.[1];
  return name === undefined ? undefined : { name: name.replaceAll(COPY_SUFFIX, ''), certain: match?.[1] === undefined };
}

/** The first functions that tell one defect from another, at most `count`. */
export function findTellingFunctions(texts: readonly string[], count: number): string[] {
  const frames = texts.map(readFrame).filter((frame) => frame !== undefined);
  // The unwinder marks with ? what it merely found on the stack; without frame pointers there may be nothing else.
  const certain = frames.filter((frame) => frame.certain);
  const names = (certain.length > 0 ? certain : frames).map(({ name }) => name);
  const telling = names.filter((name) => !GENERIC.test(name));
  return [...new Set(telling.length > 0 ? telling : names)].slice(0, count);
}
