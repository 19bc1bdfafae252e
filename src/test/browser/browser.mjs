// A Chromium that fails the test for what a visitor's console would show: errors, refused policies, missing files.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const ACADEMY = process.env.ACADEMY;
export const MAILS = process.env.MAILS;
export const PASSWORD = "correct horse battery";

const PROGRAMS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const LIMIT_MS = 30000;

export async function launch() {
  const executablePath = PROGRAMS.find((program) => program && existsSync(program));
  assert.ok(executablePath, "no Chromium was found; CHROMIUM may name one");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
}

/** Opens a page with its own cookies. The errors that its console shows are collected in "wrong". */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ baseURL: ACADEMY, ...options });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error.message}`));
  return { context, page, wrong };
}

export async function logIn(page, email, password = PASSWORD) {
  await page.goto("/log-in");
  await page.getByLabel("Mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log out" }).waitFor();
}

/** Repeats the call until it returns a truthy value. */
export async function eventually(what, ask, limit = LIMIT_MS) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await ask();
    if (found) return found;
    assert.ok(Date.now() < end, `not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
