// A page that could not be shown shows itself when what was away is back.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { launch, visitor } from "./browser.mjs";

test("a page whose resource is away comes when it is back", async () => {
  const browser = await launch();
  try {
    const { context, page } = await visitor(browser);
    await context.addCookies([{ name: "session", value: "somebody", url: process.env.BROKEN }]);
    const answer = await page.goto(`${process.env.BROKEN}/learning`);
    assert.equal(answer.status(), 503);
    await page.getByText("redis is away").waitFor();
    writeFileSync(process.env.SEEN, "");
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  } finally {
    await browser.close();
  }
});
