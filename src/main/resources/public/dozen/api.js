// What several features' scripts need.
const LIMIT_MS = 15000;

/** Asks the API; fails unless it answers with a success. */
export async function api(path, options = {}) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(LIMIT_MS), ...options });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Asks again and again until it is told to stop. A failure is asked again, too: what is away comes back. */
export function every(milliseconds, ask) {
  const next = async () => {
    const done = await ask().catch(() => false);
    if (!done) setTimeout(next, milliseconds);
  };
  setTimeout(next, milliseconds);
}
