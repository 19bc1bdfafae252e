// Fetches the page periodically and replaces its live parts, so that only the server renders them.
import { every } from "../dozen/dozen.js";

const LIMIT_MS = 6000;
const silent = document.getElementById("silent");

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LIMIT_MS) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const live of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(live.id);
    if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
  }
  silent.textContent = "";
}

every(2000, () =>
  renew().catch((error) => {
    silent.textContent = `The figures are out of date: ${error.message}. This page retries every two seconds.`;
  }),
);
