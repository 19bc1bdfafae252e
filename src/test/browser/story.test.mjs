// The story of Academy, as people live it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ACADEMY, MAILS, PASSWORD, eventually, launch, logIn, visitor } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const FILMED = "Twelve factors, one jar";

async function signUp(page, name, email) {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Sign up" }).click();
}

test("a learner signs up, enrols, watches, completes, and gets a certificate", async () => {
  const { context, page, wrong } = await visitor(browser);
  await page.goto("/");
  await page.getByLabel("Search courses").pressSequentially("factors");
  await page.getByRole("link", { name: "PostgreSQL for the impatient" }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: FILMED }).click();
  await page.getByRole("button", { name: "Log in to enrol" }).click();
  await page.getByRole("main").getByRole("link", { name: "Sign up" }).click();
  await signUp(page, "Mia Müller", "mia@example.com");
  await page.getByRole("button", { name: "Enrol" }).click();
  await page.getByText("0 of 3 lessons done").waitFor();

  await page.getByRole("link", { name: "What it is about" }).click();
  const film = page.locator("#player");
  const length = await eventually("the film's length", () => film.evaluate((video) => video.duration || 0));
  await film.evaluate((video) => {
    video.muted = true;
    video.playbackRate = 4;
    return video.play();
  });
  await eventually("it plays", () => film.evaluate((video) => video.currentTime > 0.5 && !video.paused));
  assert.ok((await film.evaluate((video) => video.videoWidth)) > 0, "there is no picture");
  await page.getByText("This lesson is done.").waitFor();
  assert.ok((await film.evaluate((video) => video.currentTime)) >= length - 0.1, "it was not watched to its end");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Mark as done" }).click();
  await page.getByRole("button", { name: "Mark as done" }).click();
  await page.getByText("You have completed this course.").waitFor();

  await page.getByRole("main").getByRole("link", { name: "your courses", exact: true }).click();
  await page.getByRole("link", { name: "PDF" }).waitFor();
  const address = await page.getByRole("link", { name: "PDF" }).getAttribute("href");
  const pdf = await context.request.get(address);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  await page.getByRole("link", { name: "Certificate", exact: true }).click();
  await page.getByRole("heading", { name: "This certificate is genuine" }).waitFor();
  await page.getByText("Mia Müller").waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("all of that but the film needs no script", async () => {
  const { context, page, wrong } = await visitor(browser, { javaScriptEnabled: false });
  await page.goto("/");
  await page.getByLabel("Search courses").fill("redis");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: "Redis by example" }).click();
  await page.getByRole("button", { name: "Log in to enrol" }).click();
  await page.getByRole("main").getByRole("link", { name: "Sign up" }).click();
  await signUp(page, "No Script", "noscript@example.com");
  await page.getByRole("button", { name: "Enrol" }).click();
  await page.getByRole("link", { name: "What it is about" }).click();
  for (let lesson = 0; lesson < 3; lesson++) await page.getByRole("button", { name: "Mark as done" }).click();
  await page.getByText("You have completed this course.").waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Log in" }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a form that is refused says why, keeps what was typed, and sends nobody to another site", async () => {
  const { context, page } = await visitor(browser);
  await page.goto("/log-in?next=//evil.example/");
  await page.getByLabel("Mail address").fill("learner@example.com");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").getByText("The address or the password is wrong.").waitFor();
  assert.equal(await page.getByLabel("Mail address").inputValue(), "learner@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log out" }).waitFor();
  assert.equal(page.url(), `${ACADEMY}/`);
  await page.goto("/admin");
  await page.getByRole("heading", { name: "Forbidden" }).waitFor();
  await context.close();
});

test("who forgot the password gets a link by mail", async () => {
  const { context, page, wrong } = await visitor(browser);
  await page.goto("/log-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Mail address").fill("olga@example.org");
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByText("a mail with a link is on its way").waitFor();
  const link = await eventually("the mail", async () => {
    const mails = await (await fetch(MAILS)).text();
    return mails.match(/\/reset#[A-Za-z0-9._-]+/)?.[0];
  });
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByLabel("New password").fill("another horse battery");
  await page.getByRole("button", { name: "Set the new password" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await logIn(page, "olga@example.org", "another horse battery");
  assert.deepEqual(wrong, []);
  await context.close();
});

const WAYS = [
  { way: "straight to the file storage", origin: ACADEMY, isDirect: true },
  // The file storage has no CORS rule for this origin.
  { way: "through the server", origin: ACADEMY.replace("localhost", "127.0.0.1"), isDirect: false },
];
for (const { way, origin, isDirect } of WAYS) {
  test(`an admin makes a course and uploads a film ${way}; both bars survive a reload and reach 100`, async () => {
    const { context, page, wrong } = await visitor(browser, { baseURL: origin });
    await logIn(page, "admin@example.com");
    await page.getByRole("link", { name: "Manage courses" }).click();
    await page.getByLabel("Title", { exact: true }).fill(`Films sent ${way}`);
    await page.getByLabel("Summary").fill("What a reload does not end.");
    await page.getByRole("button", { name: "Create the course" }).click();
    await page.getByText("Add a lesson").click();
    await page.getByLabel("Title of the lesson").fill("The film");
    await page.getByRole("button", { name: "Add the lesson" }).click();
    await page.getByLabel("Film for").setInputFiles(process.env.FILM);
    await page.getByRole("button", { name: "Upload" }).click();

    const sent = page.locator("progress.sending");
    const percent = () => sent.evaluate((bar) => bar.value);
    const onItsWay = () => sent.evaluate((bar) => (bar.position === -1 ? "on its way" : "")); // it moves without end
    const part = async () => ((await percent()) < 95 ? percent() : 0);
    const seen = await eventually("it is on its way", isDirect ? onItsWay : part);
    await page.reload();
    const again = await eventually("the bar is back", isDirect ? onItsWay : percent);
    if (!isDirect) assert.ok(again >= seen, `${again} % after the reload, ${seen} % before`);
    await eventually("all has arrived", async () => (await percent()) === 100, 90000);
    await page.reload();
    const made = page.locator("progress.transcoding");
    await eventually("it is transcoded", () => made.evaluate((bar) => bar.value === 100), 90000);
    await page.locator("output.state").getByText("ready").waitFor();
    console.log(`upload ${way}: ${seen} before the reload, ${again} after it, then 100; transcoding 100`);
    const lesson = await page.locator("[data-lesson]").getAttribute("data-lesson");
    const { video } = await (await context.request.get(`/api/lessons/${lesson}/video`)).json();
    assert.equal("sha256" in video, !isDirect); // only web computes it

    await page.getByRole("link", { name: "View the public page" }).click();
    await page.getByRole("link", { name: "The film" }).click();
    await eventually("it can be played", () => page.locator("#player").evaluate((video) => video.readyState > 0));
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
