// Calls a running server as a program would that has the generated client. Lines with @ts-expect-error must not compile.
import { client } from "./client.js";
import type { components } from "./api.js";

declare const process: { argv: string[] };
const api = client(process.argv[2]!);
const email = "typed@example.com";
const password = "correct horse battery";

function equal(expected: unknown, found: unknown) {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

const signedUp = await api.POST("/api/accounts", {
  params: { header: { "Idempotency-Key": "typed-1" } },
  body: { email, password, name: "Tess Typed" },
});
const account: components["schemas"]["Account"] = signedUp.data!;
equal([201, "learner", null], [signedUp.response.status, account.role, account.timeZone]);

const refused = await api.POST("/api/accounts", { body: { email: "no address", password, name: "Tess" } });
equal([422, "email"], [refused.error!.status, refused.error!.errors![0]!.field]);
// @ts-expect-error a password is required
await api.POST("/api/sessions", { body: { email } });

const session = await api.POST("/api/sessions", { body: { email, password } });
const cookie = session.response.headers.getSetCookie()[0]!.split(";")[0]!;
const headers = { Cookie: cookie };
const changed = await api.PATCH("/api/me", { headers, body: { timeZone: "Europe/Vienna" } });
equal(["Europe/Vienna", "Tess Typed"], [changed.data!.timeZone, changed.data!.name]);
// @ts-expect-error a name is a text
await api.PATCH("/api/me", { headers, body: { name: 5 } });

const user = await api.GET("/api/users/{id}", { params: { path: { id: account.id } } });
equal({ id: account.id, name: "Tess Typed" }, user.data);

let cursor: string | undefined;
const titles: string[] = [];
do {
  const slice = await api.GET("/api/courses", { params: { query: { limit: 2, cursor } } });
  for (const course of slice.data!.items) titles.push(course.title);
  cursor = slice.data!.next ?? undefined;
} while (cursor);
equal(["Third", "Second", "First"], titles);

const found = await api.GET("/api/courses", { params: { query: { q: "secon" } } });
const path = { id: found.data!.items[0]!.id };
const course = await api.GET("/api/courses/{id}", { params: { path } });
equal(["Lesson 1", null], [course.data!.lessons[0]!.title, course.data!.lessons[0]!.video]);
const enrolled = await api.POST("/api/courses/{id}/enrolment", { headers, params: { path } });
equal([201, 0, []], [enrolled.response.status, enrolled.data!.completedLessons, enrolled.data!.completed]);
const left = await api.DELETE("/api/courses/{id}/enrolment", { headers, params: { path } });
equal(204, left.response.status);
// @ts-expect-error there is no such route
await api.GET("/api/nowhere");

const ended = await api.DELETE("/api/sessions/current", { headers });
equal(204, ended.response.status);
equal(401, (await api.GET("/api/me", { headers })).error!.status);
console.log("all calls passed");
