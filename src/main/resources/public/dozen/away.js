// On a page that says what is away: asks for the page again, and shows it once it is there.
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
