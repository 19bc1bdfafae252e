// What pages do beyond forms and links. Each part looks for what it is for, and does nothing elsewhere.
import { watchUploads } from "./upload.js";

const LIMIT_MS = 15000;

async function api(path, options = {}) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(LIMIT_MS), ...options });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Asks again and again until it is told to stop. A failure is asked again, too: what is away comes back. */
function every(milliseconds, ask) {
  const next = async () => {
    const done = await ask().catch(() => false);
    if (!done) setTimeout(next, milliseconds);
  };
  setTimeout(next, milliseconds);
}

/** The catalogue renews itself while somebody types. */
function search() {
  const form = document.querySelector("[data-search]");
  if (!form) return;
  let waiting;
  form.q.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const words = form.q.value;
      const address = `/?q=${encodeURIComponent(words)}`;
      const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
      if (!answer?.ok || form.q.value !== words) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("found").replaceChildren(...page.getElementById("found").childNodes);
      history.replaceState(null, "", words ? address : "/");
    }, 250);
  });
}

/** A film that was watched to its end is a lesson that is done. */
function player() {
  const film = document.getElementById("player");
  const done = document.getElementById("done");
  if (!film || !done) return;
  film.addEventListener("ended", async () => {
    await api(`/api/lessons/${film.dataset.lesson}/completion`, { method: "PUT" });
    done.textContent = "This lesson is done.";
    document.getElementById("complete").textContent = "Go on";
  });
}

function filmsThatAreMade() {
  for (const bar of document.querySelectorAll("[data-video]")) {
    every(1000, async () => {
      const video = await api(`/api/videos/${bar.dataset.video}`);
      bar.value = video.progress;
      if (video.status === "ready") location.reload();
      return video.status === "ready" || video.status === "failed";
    });
  }
}

function certificatesThatAreMade() {
  for (const waiting of document.querySelectorAll("[data-certificate]")) {
    every(1000, async () => {
      const certificate = await api(`/api/certificates/${waiting.dataset.certificate}`);
      if (certificate.status !== "ready") return false;
      const link = document.createElement("a");
      link.href = `/api/certificates/${certificate.id}/pdf`;
      link.textContent = "PDF";
      waiting.replaceChildren(link);
      return true;
    });
  }
}

/** The mailed link holds its code behind a #, which browsers tell no server; so it stands in no log. */
function reset() {
  const form = document.getElementById("set");
  if (!form || location.hash.length < 2) return;
  form.token.value = location.hash.slice(1);
  form.token.parentElement.hidden = true;
  document.getElementById("ask")?.remove();
  history.replaceState(null, "", location.pathname);
}

search();
player();
filmsThatAreMade();
certificatesThatAreMade();
reset();
watchUploads(api, every);
