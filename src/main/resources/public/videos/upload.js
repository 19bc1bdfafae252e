// An upload with its two bars. A service worker sends the file, so a reload, or another page of this site, does not end
// it. Both bars show what the server says, so they are right again after a reload, in every tab. The server does not see a
// file that goes straight to the file storage: then the first bar shows that it is on its way, but not how far.
const HERE = new URL(".", import.meta.url).pathname;
const ASK_MS = 500;
/** While nothing happens with a lesson, only each tenth turn asks: another tab may begin an upload. */
const IDLE_TURNS = 10;
/** Browsers end a service worker that nobody speaks to. */
const PING_MS = 10000;

async function sender() {
  if (!navigator.serviceWorker) return null;
  const registered = await navigator.serviceWorker.register(`${HERE}upload-worker.js`, { scope: "/" });
  await navigator.serviceWorker.ready;
  return registered.active ?? navigator.serviceWorker.controller;
}

class Lesson {
  constructor(element, api) {
    this.element = element;
    this.api = api;
    this.id = element.dataset.lesson;
    this.find = (selector) => element.querySelector(selector);
    this.sending = false;
    this.active = false;
    this.turns = -1; // the first turn asks
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(event.target.film.files[0]);
    });
  }

  async send(file) {
    this.fail("");
    this.sending = true;
    this.active = true;
    this.show(".sent", ".sending", "begun", 0);
    this.show(".state", ".transcoding", "waits for the upload", 0);
    try {
      const worker = await sender();
      if (worker) {
        worker.postMessage({ lesson: this.id, file });
        return;
      }
      // Without a secure context there is no service worker: then leaving this page ends the upload.
      const answer = await put(this.id, file);
      this.sent(answer.ok ? "" : `It was refused with ${answer.status}.`);
    } catch (error) {
      this.sent(error.message);
    }
  }

  /** The service worker has the file. */
  onItsWay() {
    this.sending = true;
    this.active = true;
    this.show(".sent", ".sending", "on its way", null);
    this.show(".state", ".transcoding", "waits for the upload", 0);
  }

  sent(fault) {
    this.sending = false;
    this.fail(fault);
    if (fault) this.show(".sent", ".sending", "failed", 0);
    else this.show(".sent", ".sending", "done", 100);
  }

  fail(fault) {
    const element = this.find(".fault");
    element.textContent = fault;
    element.hidden = !fault;
  }

  /** @param percent how full the bar is; null for a bar that moves without end */
  show(text, bar, state, percent) {
    this.find(text).textContent = state;
    if (percent === null) this.find(bar).removeAttribute("value");
    else this.find(bar).value = percent;
  }

  async renew() {
    if (!this.active && ++this.turns % IDLE_TURNS > 0) return;
    const { upload, video } = await this.api(`/api/lessons/${this.id}/video`);
    this.active = this.sending || upload || ["queued", "transcoding"].includes(video?.status);
    if (upload) {
      const percent = Math.floor((100 * upload.received) / upload.total);
      this.show(".sent", ".sending", `${percent} %`, percent);
      this.show(".state", ".transcoding", "waits for the upload", 0);
      return;
    }
    if (this.sending || !video) return;
    this.show(".sent", ".sending", "done", 100);
    const state = video.reason ? `${video.status}: ${video.reason}` : video.status;
    this.show(".state", ".transcoding", state, video.progress);
  }
}

function put(lesson, file) {
  return fetch(`/api/lessons/${lesson}/video`, {
    method: "PUT",
    headers: { "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
}

export function watchUploads(api, every) {
  const lessons = [...document.querySelectorAll(".lesson[data-lesson]")].map((each) => new Lesson(each, api));
  if (lessons.length === 0) return;
  for (const lesson of lessons) {
    lesson.renew().catch(() => {});
    every(ASK_MS, () => lesson.renew());
  }
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    const lesson = lessons.find((each) => each.id === data.lesson);
    if (data.sending) lesson?.onItsWay();
    else lesson?.sent(data.fault);
  });
  navigator.serviceWorker?.controller?.postMessage({ asks: true }); // what it sends since before this page was loaded
  setInterval(() => navigator.serviceWorker?.controller?.postMessage({}), PING_MS);
}
