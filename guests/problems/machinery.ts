import { remember } from './remember.ts';

/** They stand between a defect and its report, or in the stack of every report of its kind. */
const MACHINERY = [
  // how reports are made
  String.raw`_*dump_stack\w*|dump_backtrace\w*|unwind_backtrace|show_stack\w*|show_trace\w*|spin_dump|spin_bug|check_preemption_disabled|check_bytes_and_report|object_err|print_\w+|_*warn\w*|report_bug|handle_bug|panic|_*die\w*|oops_\w+|no_context|bad_area\w*|_*bad_area\w*|kernelmode_fixup_or_oops|page_fault_oops|warn_slowpath\w*|_*might_sleep\w*|_*might_resched|_*schedule_bug|lockdep_\w+|debug_\w+|rcu_lockdep\w*`,
  // exceptions and interrupts
  String.raw`_*(?:asm_)?exc_\w+|_*(?:asm_)?sysvec_\w+|_*do_page_fault|page_fault|async_page_fault|do_error_trap|do_invalid_op|invalid_op|fixup_bug\w*|do_trap\w*|do_general_protection|general_protection|do_user_addr_fault|handle_page_fault|error_code|(?:smp_)?apic_timer_interrupt|ret_from_fork\w*|entry_\w+|el\d\w*|do_mem_abort|do_translation_fault|_*do_kernel_fault|do_DataAbort|_*dabt_\w+|brk_handler|bug_handler|call_break_hook`,
  // locks and waits: who took them or waits is what identifies
  String.raw`_*lock_acquire\w*|_*lock_release\w*|lock_\w+|_*spin_\w*lock\w*|_*raw_\w*lock\w*|_*mutex_\w*lock\w*|down_\w+|up_\w+|_*down_\w+|rwsem_\w+|_*percpu_down\w+|_*schedule\w*|context_switch|io_schedule\w*|schedule_timeout\w*|wait_for_\w+|_*wait_for_\w+|do_wait_for_common|_*wait_on_bit\w*|out_of_line_wait_on_bit\w*|bit_wait\w*|preempt_schedule\w*|_*cond_resched\w*|check_\w+_dependency|check_prev\w*|check_noncircular|validate_chain|mark_lock\w*|register_lock_class|native_queued_\w+|queued_\w+|do_raw_\w+|arch_\w+_relax|rep_nop`,
  // sanitizers and checkers
  String.raw`_*kasan_\w+|_*asan_\w+|_*kmsan_\w+|_*msan_\w+|_*kcsan_\w+|_*tsan_\w+|_*ubsan_\w+|ubsan_\w+|handle_overflow|val_to_string|_*sanitizer_\w+|kfence_\w+|check_memory_region\w*|address_is_\w+|_*fortify_\w+|refcount_\w+|_*refcount_\w+|_*list_(?:add|del)\w*|list_\w+|usercopy_\w+|_*check_object_size|check_heap_object|mem(?:cpy|move|set|cmp)|_*mem(?:cpy|move|set)\w*|str\w+`,
  // allocators
  String.raw`k[mz]alloc\w*|_*k[mz]alloc\w*|kmem_cache_\w+|_*kmem_\w+|slab_\w+|_*slab_\w+|kfree\w*|_*kfree|_*alloc_pages\w*|set_track\w*|save_stack\w*|stack_trace_\w+|stack_depot_\w+|_*alloc_object|create_object|kmemleak_\w+`,
  // watchdogs and their interrupts
  String.raw`nmi_\w+|trigger_\w+|rcu_\w+|_*rcu_\w+|update_process_times|tick_\w+|_*hrtimer_\w+|hrtimer_\w+|_*run_hrtimer\w*|(?:local_)?apic_\w+|irq_exit\w*|_*irq_exit\w*|watchdog\w*|softlockup_\w+|check_hung\w*|_*softirq\w*|csd_lock_wait|do_idle`,
];

/** Signatures up to 0.1 counted these as identifying, see {@link isMachineryFormerly}. */
const MACHINERY_SINCE = [
  // how reports are made
  String.raw`vpanic|sched_show_task|dump_cpu_task|show_regs\w*|get_taint|check_cpu_stall|_*print_(?:other_)?cpu_stall|(?:asm_)?call_(?:on|irq_on)_(?:irq_)?stack|vprintk\w*|_*printk\w*|__switch_to\w*|stack_trace_\w+|arch_stack_walk|unwind_next_frame|walk_stackframe`,
  // interrupts
  String.raw`(?:smp_)?(?:trace_)?apic_timer_interrupt\w*|smp_\w*apic_timer_interrupt\w*|arch_(?:timer_handler|trigger_cpumask)_\w+|arch_irq_work_raise|handle_percpu_devid_irq|_*(?:generic_)?handle_(?:domain_)?irq\w*|_*handle_irq_event\w*|gic_handle_irq|call_on_irq_stack|do_interrupt_handler|ret_from_intr|retint_kernel|asm_call_\w+|_*report_bad_irq|note_interrupt|irqentry_\w+|syscall_exit|system_call_exit`,
  // locks and waits
  String.raw`_*down|_*up|_*rt_mutex_slowlock\w*|_*rt_mutex_\w*lock\w*|rtlock_\w+|call_rwsem_\w+|_*sched_text_start|_*preempt_schedule\w*|__pfx_\w*schedule\w*`,
  // allocators
  String.raw`bad_page|_*free_unref_\w+|_*free_frozen_pages?\w*|_*free_pages(?:_ok|_core|_prepare)?\w*|free_pcppages_bulk|free_one_page|_*free_pages_exact|warn_alloc|_*alloc_frozen_pages\w*|alloc_pages_\w+|_*folio_alloc\w*|_*get_free_pages\w*|_*k[mz]alloc_\w+|_*kvm?alloc\w*|kvzalloc\w*|_*v[mz]alloc\w*|post_alloc_hook|get_page_from_freelist|prep_new_page|alloc_page_interleave`,
  // the slab allocator's checks
  String.raw`check_object|check_slab|on_freelist|(?:alloc|free)_debug_processing|(?:alloc|free)_consistency_checks|free_to_partial_list|alloc_single_from_\w+|get_(?:from_)?partial\w*|_*cache_free|discard_slab|qlist_free_all|verify_slab|validate_slab\w*`,
  // Rust's panics, before the function that panicked
  String.raw`rust_helper_BUG|(?:__rustc::)?rust_begin_unwind|core::panicking::.*|core::(?:option|result)::(?:unwrap|expect)_failed|core::(?:slice|str)::.*_fail|core::cell::panic_\w+|alloc::alloc::handle_alloc_error|core::ops::function::FnOnce::call_once`,
];

const FORMER = new RegExp(`^(?:${MACHINERY.join('|')})$`);
const NOW = new RegExp(`^(?:${[...MACHINERY, ...MACHINERY_SINCE].join('|')})$`);

/** Whether a function does not identify a defect. */
export const isMachinery = remember((name: string) => NOW.test(name));
/** The same, as it was decided when signatures of former versions were made. */
export const isMachineryFormerly = remember((name: string) => FORMER.test(name));
