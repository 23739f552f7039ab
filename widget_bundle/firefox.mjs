/**
 * Opens pages in Firefox for the tests (`tests/browser/embed`), over WebDriver BiDi: one order a
 * line on standard input, `{url, steps: [[what, …]]}`, one answer a line on standard output,
 * `{values, errors}`, or `{failed}` with the step that failed. With `keep` the page stays open for
 * the next order, which names no url. `node firefox.mjs /path/to/firefox`.
 */
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

/** A deadline for a busy machine. */
const WAIT = { timeout: 60_000, polling: 50 };
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: process.argv[2],
  headless: true,
});

const STEPS = {
  /** Until this expression is true. */
  wait: (page, expression) => page.waitForFunction(expression, WAIT).then(() => true),
  /** The value of this expression. */
  value: (page, expression) => page.evaluate(expression),
  /** A click on the first node with this selector; `>>>` looks into shadow roots. */
  click: async (page, selector) => (await page.waitForSelector(selector, WAIT)).click(),
  type: (page, text) => page.keyboard.type(text),
  press: (page, key) => page.keyboard.press(key),
  size: (page, width, height) => page.setViewport({ width: +width, height: +height }),
  go: (page, url) => page.goto(url).then(() => true),
  /** A page that the browser has kept fires no load event: the next step waits for it. */
  back: (page) => page.evaluate('void setTimeout(() => history.back())'),
};

let page;
let errors = [];
const arrive = async (url) => {
  page = await browser.newPage();
  page.setDefaultTimeout(WAIT.timeout);
  errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (line) => line.type() == 'error' && errors.push(line.text()));
  await page.goto(url);
};

const visit = async ({ url, steps, keep }) => {
  const values = [];
  let open = keep;
  try {
    if (url) await arrive(url);
    for (const [what, ...rest] of steps) values.push((await STEPS[what](page, ...rest)) ?? null);
    return { values, errors };
  } catch (error) {
    open = false;
    return { failed: `${steps[values.length]}: ${error}`, values, errors };
  } finally {
    if (!open) await page?.close();
  }
};

console.log('ready');
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await visit(JSON.parse(line))));
await browser.close();
