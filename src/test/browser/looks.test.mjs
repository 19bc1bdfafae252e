// Every page, small and large, light and dark: a picture of each, what axe finds, what it weighs, what sticks out.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { MAILS, eventually, launch, logIn, visitor } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PICTURES = process.env.PICTURES;
/** The address of a server that has a database without tables, and no Redis. */
const BROKEN = process.env.BROKEN;
const MAX_BYTES = 100_000;
/** The same limit for /docs, which loads Swagger UI. */
const MAX_DOCS_BYTES = 500_000;
/** What axe finds in Swagger UI's own elements and colours. */
const SWAGGER_UI_RULES = ["color-contrast", "nested-interactive"];
const MAX_REQUESTS = 12;
const HEIGHT = 844;

/** The name of a visitor whose cookie holds a session that no server knows. */
const STRANGER = "stranger";
const FAILING = ["not-found", "forbidden", "error", "away"];

let browser;
let addresses;
before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await launch();
  const { context, page } = await visitor(browser);
  await logIn(page, "learner@example.com");
  const get = async (path) => (await context.request.get(path)).json();
  const filmed = (await get("/api/me/enrolments")).items[0].courseId;
  const lesson = (await get(`/api/courses/${filmed}`)).lessons[0].id;
  await context.close();
  const finisher = await visitor(browser);
  await logIn(finisher.page, "zoe@example.org");
  const certificate = (await (await finisher.context.request.get("/api/certificates")).json()).items[0].id;
  await finisher.context.close();
  const unsubscribe = await eventually("a digest", async () => {
    const mails = (await (await fetch(MAILS)).text()).replaceAll("&amp;", "&");
    return mails.match(/\/unsubscribe\?account=[^\s"<>]+/)?.[0];
  });
  addresses = {
    anonymous: {
      catalogue: "/",
      search: "/?q=redis",
      "nothing-found": "/?q=nowhere",
      "sign-up": "/sign-up",
      "log-in": "/log-in",
      reset: "/reset",
      certificate: `/certificates/${certificate}`,
      "not-found": "/nowhere",
      status: "/status",
      unsubscribe,
      docs: "/docs",
    },
    [STRANGER]: { error: `${BROKEN}/`, away: `${BROKEN}/learning` },
    "learner@example.com": { course: `/courses/${filmed}`, lesson: `/lessons/${lesson}`, learning: "/learning", forbidden: "/admin" },
    "zoe@example.org": { completed: "/learning" },
    "admin@example.com": { admin: "/admin", "dead-jobs": "/status", "admin-course": `/admin/courses/${filmed}` },
  };
});
after(() => browser?.close());

/** Finds elements that reach beyond the window, and elements whose text is cut off. */
function findOverflow() {
  const cut = (element) =>
    element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible";
  return [...document.body.querySelectorAll("*:not(.skip):not(thead):not(thead *)")]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      const shown = box.width > 0 && box.height > 0;
      return shown && (box.right > innerWidth + 1 || box.left < -1 || (cut(element) && !["INPUT", "TEXTAREA"].includes(element.tagName)));
    })
    .map((element) => element.outerHTML.slice(0, 120));
}

/** Returns how many bytes this server sends for a page to a browser with an empty cache. */
async function weigh(name, path, storageState) {
  const { context, page } = await visitor(browser, { storageState });
  const finished = [];
  page.on("requestfinished", (request) => finished.push(request));
  await page.goto(path, { waitUntil: "load" });
  await page.waitForTimeout(100);
  const own = finished.filter((request) => new URL(request.url()).origin === new URL(page.url()).origin);
  const sizes = await Promise.all(own.map((request) => request.sizes()));
  const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  await context.close();
  assert.ok(bytes > 10_000, `${path}: only ${bytes} bytes were seen`);
  assert.ok(bytes < (name === "docs" ? MAX_DOCS_BYTES : MAX_BYTES), `${path} takes ${bytes} bytes`);
  assert.ok(own.length <= MAX_REQUESTS, `${path} takes ${own.length} requests`);
  return bytes;
}

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`every page at ${width} pixels, ${colorScheme}`, async () => {
      const weighs = width === 1280 && colorScheme === "light"; // it is the same in all four
      const weights = {};
      for (const [who, pages] of Object.entries(addresses)) {
        const options = { viewport: { width, height: HEIGHT }, colorScheme, reducedMotion: "reduce" };
        const { context, page, wrong } = await visitor(browser, options);
        if (who.includes("@")) await logIn(page, who);
        if (who === STRANGER) await context.addCookies([{ name: "session", value: "somebody", url: BROKEN }]);
        const state = await context.storageState();
        for (const [name, path] of Object.entries(pages)) {
          if (weighs) weights[name] = await weigh(name, path, state);
          await page.goto(path, { waitUntil: "load" });
          if (name === "lesson") await page.waitForTimeout(500); // the film's first picture
          await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png`, fullPage: true });
          assert.deepEqual(await page.evaluate(findOverflow), [], `${path} at ${width}`);
          if (weighs) { // a window beside another one
            await page.setViewportSize({ width: 1000, height: HEIGHT });
            assert.deepEqual(await page.evaluate(findOverflow), [], `${path} at 1000`);
            await page.setViewportSize({ width, height: HEIGHT });
          }
          if (FAILING.includes(name)) wrong.length = 0; // a console tells of each
          assert.deepEqual(wrong, []);
          // Contrast follows the scheme and layout the width: two of the four show both.
          if ((width === 390) !== (colorScheme === "light")) continue;
          await page.evaluate(AXE);
          const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
          const serious = found.violations
            .filter((violation) => ["serious", "critical"].includes(violation.impact))
            .filter((violation) => name !== "docs" || !SWAGGER_UI_RULES.includes(violation.id))
            .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`);
          assert.deepEqual(serious, [], path);
        }
        await context.close();
      }
      if (weighs) console.log("bytes of a first load:", weights);
    });
  }
}
