import { expect, test } from 'vitest';
import { parseDotConfig } from './dot-config.ts';
import { explainOption } from './explain-option.ts';
import { parseKconfig } from './parse-kconfig.ts';
import { splitKconfigLines } from './read-kconfig.ts';

const KCONFIG = `
mainmenu "A made-up kernel"

config CC_HAS_MAGIC
	def_bool $(cc-option,-fmagic)

config HOTPLUG
	bool "Memory hot-plug" # with a comment
	depends on SPARSE && \\
		64BIT
	help
	  Tells more:
	  depends on NOTHING_OF_THIS

config SPARSE
	bool

config VMEMMAP
	bool "Virtual map"
	select SPARSE if 64BIT

config 64BIT
	bool "64-bit" if "$(ARCH)" = "x86"
	default "$(ARCH)" != "i386"

menuconfig DAX
	tristate "Direct access"

if DAX

config DAX_KMEM
	tristate "As memory"
	depends on HOTPLUG || VMEMMAP
	select MEMORY_GROUPS

menu "Odd ones"
	depends on DAX_KMEM
	visible if EXPERT

config DAX_ODD
	bool "Odd"
	default y

endmenu

endif

config MEMORY_GROUPS
	def_bool n

config DERIVED
	def_bool y
	depends on DAX_KMEM=y && !TINY

config TINY
	bool "Small"

config EXPERT
	bool "Expert"
	select TINY

config TABLE_BITS
	int "Size" if EXPERT
	range 10 24
	default 15

config NAME
	string "Name"

config MAGIC
	bool "Magic"
	depends on $(cc-option,-fmagic)

choice
	prompt "Compression"
	default BY_GZIP

config BY_GZIP
	bool "gzip"

config BY_XZ
	bool "xz"

endchoice
`;

const TREE = parseKconfig(splitKconfigLines(KCONFIG, 'Kconfig'));

function explain(name: string, value: string, dotConfig: string): string {
  return explainOption({ name, value }, { tree: TREE, config: parseDotConfig(dotConfig) });
}

test('a missing dependency is named, with its value and its own reason', () => {
  expect(explain('HOTPLUG', 'y', 'CONFIG_64BIT=y')).toBe(
    'it depends on SPARSE (=n, which only VMEMMAP (=n) can select)',
  );
  expect(explain('DAX_ODD', 'y', 'CONFIG_EXPERT=y')).toBe(
    'it depends on DAX (=n) and DAX_KMEM (=n, which depends on DAX (=n) and (HOTPLUG (=n, which depends on SPARSE (=n) and 64BIT (=n)) or VMEMMAP (=n)))',
  );
});

test('of alternatives each is named', () => {
  expect(explain('DAX_KMEM', 'y', 'CONFIG_DAX=y\nCONFIG_SPARSE=y\nCONFIG_64BIT=y')).toBe(
    'it depends on (HOTPLUG (=n) or VMEMMAP (=n))',
  );
});

test('a dependency that is a module keeps an option from being built in', () => {
  expect(explain('DAX_KMEM', 'y', 'CONFIG_DAX=m\nCONFIG_VMEMMAP=y\nCONFIG_DAX_KMEM=m')).toBe('it depends on DAX (=m)');
});

test('a prompt that is hidden blocks as a dependency does', () => {
  expect(explain('DAX_ODD', 'y', 'CONFIG_DAX=y\nCONFIG_VMEMMAP=y\nCONFIG_DAX_KMEM=y')).toBe(
    'it depends on EXPERT (=n)',
  );
  expect(explain('TABLE_BITS', '17', 'CONFIG_TABLE_BITS=15')).toBe('it depends on EXPERT (=n)');
});

test('a number out of range is answered with the range', () => {
  expect(explain('TABLE_BITS', '99', 'CONFIG_EXPERT=y\nCONFIG_TABLE_BITS=15')).toBe('it must lie between 10 and 24');
});

test('an option without a prompt says who selects it, or from what it follows', () => {
  expect(explain('SPARSE', 'y', 'CONFIG_64BIT=y')).toBe('it cannot be asked for: only VMEMMAP (=n) can select it');
  expect(explain('SPARSE', 'y', 'CONFIG_VMEMMAP=y')).toBe(
    'it cannot be asked for: only VMEMMAP (=y, and that if 64BIT) can select it',
  );
  expect(explain('CC_HAS_MAGIC', 'y', '')).toBe('it cannot be asked for: it follows from $(cc-option,-fmagic)');
  expect(explain('DERIVED', 'y', 'CONFIG_DAX_KMEM=m\nCONFIG_TINY=y\nCONFIG_DAX=m\nCONFIG_VMEMMAP=y')).toBe(
    'it depends on DAX_KMEM=y (DAX_KMEM=m) and !TINY (TINY=y)',
  );
});

test('an option that is selected cannot be switched off', () => {
  expect(explain('TINY', 'n', 'CONFIG_TINY=y\nCONFIG_EXPERT=y')).toBe('it cannot be switched off: EXPERT selects it');
});

test('a choice names the member that was taken', () => {
  expect(explain('BY_XZ', 'y', 'CONFIG_BY_GZIP=y')).toBe('BY_GZIP was chosen instead (Compression)');
});

test('what only the compiler knows is blamed when nothing else blocks', () => {
  expect(explain('MAGIC', 'y', '')).toBe('the compiler or the host lacks what it depends on: $(cc-option,-fmagic)');
});

test('an unknown option gets the nearest name', () => {
  expect(explain('DAX_KMEN', 'y', '')).toBe('this kernel has no option DAX_KMEN; the nearest name is DAX_KMEM');
  expect(explain('NOTHING_LIKE_IT_AT_ALL', 'y', '')).toBe('this kernel has no option NOTHING_LIKE_IT_AT_ALL');
});

test.each([
  ['EXPERT', 'm', 'it cannot be a module: ask for y'],
  ['EXPERT', '3', 'it is y or n, not a value'],
  ['NAME', '3', 'it is a string: put the value in double quotes'],
])('%s cannot be %s', (name, value, reason) => {
  expect(explain(name, value, 'CONFIG_EXPERT=y')).toBe(reason);
});
