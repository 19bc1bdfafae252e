// Sends films to the server while pages come and go.
const sending = new Map();

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { lesson, file } = event.data;
  if (file) sending.set(lesson, send(lesson, file));
  // Every message, the pages' pings too, lets this worker live until all is sent.
  event.waitUntil(Promise.all(sending.values()));
});

async function send(lesson, file) {
  let fault = "";
  try {
    const answer = await fetch(`/api/lessons/${lesson}/video`, {
      method: "PUT",
      headers: { "Content-Type": file.type || "application/octet-stream" },
      body: file,
    });
    if (!answer.ok) fault = (await answer.json()).detail;
  } catch (error) {
    fault = `The upload broke off: ${error.message}`;
  }
  sending.delete(lesson);
  for (const client of await self.clients.matchAll()) client.postMessage({ lesson, fault });
}
