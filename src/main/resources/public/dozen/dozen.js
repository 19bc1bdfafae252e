// Functions that the scripts of several features use, and what a page for an unavailable resource does.
const LIMIT_MS = 15000;

/** Asks the API; fails unless it answers with a success. */
export async function api(path, options = {}) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(LIMIT_MS), ...options });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Calls ask periodically until it returns true. After an error it also goes on, because the service may come back. */
export function every(milliseconds, ask) {
  const next = async () => {
    const done = await ask().catch(() => false);
    if (!done) setTimeout(next, milliseconds);
  };
  setTimeout(next, milliseconds);
}

// The page for an unavailable resource fetches the requested page again, and shows it as soon as it works.
if (document.querySelector("[data-away]")) {
  every(5000, async () => {
    const limit = AbortSignal.timeout(LIMIT_MS);
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: limit });
    if (answer.status < 500) location.replace(answer.url);
    return answer.status < 500;
  });
}
