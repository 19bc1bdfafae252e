// Runs on the page for an unavailable resource: fetches the requested page again, and shows it as soon as it works.
const EVERY_MS = 5000;
const LIMIT_MS = 15000;

async function again() {
  const answer = await fetch(location.href, {
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).catch(() => null);
  if (answer && answer.status < 500) location.replace(answer.url);
  else setTimeout(again, EVERY_MS);
}

setTimeout(again, EVERY_MS);
