// A certificate that is being made gets its link as soon as it is ready.
import { api, every } from "../dozen/dozen.js";

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
