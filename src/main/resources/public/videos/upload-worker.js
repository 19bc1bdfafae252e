// Sends films while pages come and go: straight to the file storage, or through the server where that is refused.
const TRIES = 5;
const WAIT_MS = 2000;
const sending = new Map();

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { lesson, file, asks } = event.data;
  if (file) sending.set(lesson, send(lesson, file));
  if (file || asks) for (const each of sending.keys()) event.source.postMessage({ lesson: each, sending: true });
  // Every message, the pages' pings too, lets this worker live until all is sent.
  event.waitUntil(Promise.all(sending.values()));
});

async function send(lesson, file) {
  let fault = "";
  try {
    const type = file.type || "application/octet-stream";
    const answer = (await sendToStorage(lesson, type, file)) ?? (await sendToServer(lesson, type, file));
    if (!answer.ok) fault = (await answer.json()).detail;
  } catch (error) {
    fault = `The upload broke off: ${error.message}`;
  }
  sending.delete(lesson);
  for (const client of await self.clients.matchAll()) client.postMessage({ lesson, fault });
}

function sendToServer(lesson, type, file) {
  return fetch(`/api/lessons/${lesson}/video`, { method: "PUT", headers: { "Content-Type": type }, body: file });
}

/** Returns null when the file storage does not take the file: it is away, or has no CORS rule for this site. */
async function sendToStorage(lesson, type, file) {
  const begun = await fetch(`/api/lessons/${lesson}/video/uploads`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ type, bytes: file.size }),
  });
  if (!begun.ok) return begun;
  const { id, url, headers } = await begun.json();
  const stored = await fetch(url, { method: "PUT", headers, body: file }).catch(() => null);
  return stored?.ok ? complete(id) : null;
}

/** The file has arrived, so a server that is away for a moment must not make its sending vain. */
async function complete(id) {
  const ask = () => fetch(`/api/uploads/${id}/completion`, { method: "PUT" });
  for (let tries = 1; tries < TRIES; tries++) {
    const answer = await ask().catch(() => null);
    if (answer && answer.status < 500) return answer;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
  return ask();
}
