// A lesson's film: it plays when it is ready, and a film that was watched to its end completes its lesson, where the page
// offers that.
import { api, every } from "../dozen/dozen.js";
import { watchUploads } from "./upload.js";

const film = document.getElementById("player");
const done = document.getElementById("done");
film?.addEventListener("ended", async () => {
  if (!done) return;
  await api(`/api/lessons/${film.dataset.lesson}/completion`, { method: "PUT" });
  done.textContent = "This lesson is done.";
  document.getElementById("complete").textContent = "Go on";
});

for (const bar of document.querySelectorAll("[data-video]")) {
  every(1000, async () => {
    const video = await api(`/api/videos/${bar.dataset.video}`);
    bar.value = video.progress;
    if (video.status === "ready") location.reload();
    return video.status === "ready" || video.status === "failed";
  });
}

watchUploads(api, every);
