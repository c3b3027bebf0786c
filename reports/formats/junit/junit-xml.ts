import junitModule, { type Builder, type TestCase, type TestSuite } from 'junit-report-builder';

// A CommonJS package whose types are those of an ES module: its default export is the module itself.
const junit = junitModule as unknown as Builder;

type XmlElement = ReturnType<TestCase['build']>;

/** `<testsuites>`, `<testsuite>`. */
const CASE_DEPTH = 2;

/** junit-report-builder writes `<skipped/>` bare. */
export function skip(testCase: TestCase, message: string): void {
  testCase.skipped();
  addElement(testCase, (element) => childNamed(element, 'skipped').att('message', message));
}

/**
 * junit-report-builder writes bodies as CDATA and splits only the first `]]>` of a text; escaped text has no such end.
 */
export function addBody(testCase: TestCase, name: 'failure' | 'error', body: string): void {
  addElement(testCase, (element) => childNamed(element, name).txt(body));
}

/** Adds what junit-report-builder cannot write to the XML element that it makes of a test case. */
export function addElement(testCase: TestCase, edit: (element: XmlElement) => void): void {
  const build = testCase.build.bind(testCase);
  testCase.build = (parent) => {
    const element = build(parent);
    edit(element);
    return element;
  };
}

function childNamed(element: XmlElement, name: string): XmlElement {
  const child = element.children.find((node) => 'name' in node && node.name === name);
  if (child === undefined) throw new Error(`junit-report-builder wrote no <${name}>`);
  // By its name it is an element; the list's type is that of any node.
  return child as XmlElement;
}

/**
 * Adds a test case that turns into text as soon as it is built. Of a suite with thousands only the one at hand is held
 * as a tree.
 */
export function addCase(suite: TestSuite, fill: (testCase: TestCase) => void): void {
  const testCase = suite.testCase();
  fill(testCase);
  const build = testCase.build.bind(testCase);
  testCase.build = (parent) => {
    const element = build(parent);
    parent.children.pop();
    parent.raw(element.toString({ pretty: true, offset: CASE_DEPTH }).trim());
    return element;
  };
}

/** Characters that XML takes in an attribute as they are. */
const AS_THEY_ARE = /^[\w ./:+@=~-]*$/;

/**
 * Adds a test case that has only its attributes. Most of a large run are such, and the text of one is made ten times as
 * fast as its element.
 */
export function addBareCase(suite: TestSuite, className: string, name: string, seconds: number): void {
  if (!AS_THEY_ARE.test(`${className} ${name}`)) {
    addCase(suite, (testCase) => testCase.className(className).name(name).time(seconds));
    return;
  }
  suite.testCase().build = (parent) =>
    parent.raw(`<testcase classname="${className}" name="${name}" time="${seconds}"/>`);
}

/** One `<testsuite>`: built in a document of its own, which is then taken off. */
export function buildSuite(name: string, fill: (suite: TestSuite) => void): string {
  const document = junit.newBuilder();
  const suite = document.testSuite().name(name);
  fill(suite);
  const xml = document.build();
  return xml.slice(xml.indexOf('  <testsuite '), xml.lastIndexOf('</testsuites>'));
}
