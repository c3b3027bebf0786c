import type { ProblemRule } from '../problem-rule.ts';

/** Corrupted or lost memory, and counters that went wrong. */
export const MEMORY_RULES: readonly ProblemRule[] = [
  { kind: 'list-corruption', start: /^(?:slab )?list_(?:add|del)(?:_\w+)? (?:corruption|double add|attempted)/, words: ['list_add', 'list_del'], shape: 'end-trace', signature: 'functions' },
  { kind: 'list-corruption', start: /^(?:kernel BUG|WARNING: .*?) at (?:\S*\/)?lib\/list_debug\.c:\d+|^WARNING: (?:\S*\/)?lib\/list_debug\.c:\d+/, words: ['list_debug.c:'], shape: 'end-trace', signature: 'functions', bare: true },
  { kind: 'refcount', start: /^refcount_t: (?:underflow|overflow|saturated|addition on 0|decrement hit 0|increment on 0)/, words: ['refcount_t: '], shape: 'end-trace', signature: 'functions' },
  { kind: 'refcount', start: /^WARNING: .*\blib\/refcount\.c:\d+/, words: ['lib/refcount.c:'], shape: 'end-trace', signature: 'functions', bare: true },
  { kind: 'refcount', start: /^unregister_netdevice: waiting for \S+ to become free/, words: ['unregister_netdevice: '], shape: 'line', signature: 'title', bare: true },
  { kind: 'debug-objects', start: /^ODEBUG: (?:free|init|activate|deactivate|destroy|assert_init|active_state)\b/, words: ['ODEBUG: '], shape: 'end-trace', signature: 'functions' },
  { kind: 'debug-objects', start: /^WARNING: .*\blib\/debugobjects\.c:\d+/, words: ['debugobjects.c:'], shape: 'end-trace', signature: 'functions', bare: true },
  { kind: 'bad-page', start: /^(?:BUG: )?Bad page (?:state|map|cache)\b/, words: ['Bad page '], shape: 'backtrace', signature: 'functions', bare: true },
  {
    kind: 'slab-corruption',
    start: /^BUG [\w:.-]+ \((?:Not tainted|Tainted: [^)]*)\s*\): /,
    words: ['(Not tainted', '(Tainted: '],
    unless: /: kasan: bad access detected/,
    shape: 'backtrace',
    signature: 'functions',
    tracked: true,
  },
  // What prints the stack of such a report since 6.15.
  { kind: 'slab-corruption', start: /^WARNING: .*\bmm\/slub\.c:\d+ (?:at )?(?:object_err|_*slab_err)\+/, words: ['mm/slub.c:'], shape: 'end-trace', signature: 'functions', bare: true, since: '0.2' },
  // SLAB's words, before it went.
  { kind: 'slab-corruption', start: /^Slab corruption\b.*start=|^slab error in \w+\(\): cache /, words: ['Slab corruption', 'slab error in '], shape: 'backtrace', signature: 'functions' },
  // What is left of such a report when its first lines were dropped.
  { kind: 'slab-corruption', start: /^INFO: (?:Allocated|Freed) in \S+ age=\d+/, words: ['INFO: Allocated', 'INFO: Freed'], shape: 'backtrace', signature: 'functions', tracked: true },
  { kind: 'memory-leak', start: /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?(?<title>BUG: memory leak)/, words: ['BUG: memory leak'], shape: 'backtrace', signature: 'functions', bare: true },
  { kind: 'memory-leak', start: /^unreferenced object 0x[\da-f]+ \(size \d+\)/, words: ['unreferenced object'], shape: 'backtrace', signature: 'functions', bare: true },
  { kind: 'memory-leak', start: /^kmemleak: \d+ new suspected memory leaks/, words: ['new suspected memory leaks'], shape: 'line', signature: 'title' },
  {
    kind: 'alloc-failure',
    start: /^(?:.{1,40}: page allocation (?:failure[:.] ?order:\d|stalls for \d+ms, order:\d)|(?:.{1,40}: )?vmalloc error: size \d|vmap allocation for size \d+ failed)/,
    words: ['page allocation ', 'vmalloc error: ', 'vmap allocation'],
    shape: 'backtrace',
    signature: 'functions',
    since: '0.2',
  },
  {
    kind: 'oom-kill',
    start: /^(?<title>.+ invoked oom-killer): /,
    words: ['invoked oom-killer'],
    // A limit that somebody set on a control group did its work.
    pardon: /^Memory cgroup out of memory: |constraint=CONSTRAINT_MEMCG|^Task in \S+ killed as a result of limit/,
    shape: 'kill',
    signature: 'title',
  },
  { kind: 'oom-kill', start: /^Out of memory: Kill(?:ed)? process \d+/, words: ['Out of memory: Kill'], shape: 'line', signature: 'title' },
];
