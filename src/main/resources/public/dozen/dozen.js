// Functions that the scripts of several features use, and what three pages do.
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

function thisPage(limit) {
  return fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(limit) });
}

// The page for an unavailable resource fetches the requested page again, and shows it as soon as it works.
if (document.querySelector("[data-away]")) {
  every(5000, async () => {
    const answer = await thisPage(LIMIT_MS);
    if (answer.status < 500) location.replace(answer.url);
    return answer.status < 500;
  });
}

// The status page fetches itself periodically and replaces its live parts, so that only the server renders them.
const silent = document.getElementById("silent");
if (silent) {
  every(2000, () =>
    renew().catch((error) => {
      silent.textContent = `The figures are out of date: ${error.message}. This page retries every two seconds.`;
    }),
  );
}

async function renew() {
  const answer = await thisPage(6000);
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const live of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(live.id);
    if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
  }
  silent.textContent = "";
}

// A mailed link has its code after a #. Browsers do not send that part to servers, so the code is in no log.
const code = document.querySelector("input[data-code]");
if (code && location.hash.length > 1) {
  code.value = location.hash.slice(1);
  code.parentElement.hidden = true;
  document.querySelector("[data-without-code]")?.remove();
  history.replaceState(null, "", location.pathname);
}
