// Runs on the page for an unavailable resource: fetches the requested page again, and shows it as soon as it works.
import { every } from "./api.js";

const LIMIT_MS = 15000;

every(5000, async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LIMIT_MS) });
  if (answer.status < 500) location.replace(answer.url);
  return answer.status < 500;
});
